// The vector of this instruction set, the shapes of the register tiles, and unchecked pointers to rows of lanes.
//
// This folder is compiled once per instruction set (V128, V256, V512). Kernels keep to wrapping integer arithmetic,
// inlined functions and these pointers: no class, no enum with payload, no out-of-line generic of the standard library,
// because such code becomes a weak symbol, and the linker might keep the AVX-512 copy for baseline callers.
//
// `Vectors` and `Scalars` are exactly as dangerous as pointers. Every kernel is entered through `KernelTable`, which
// checks that its plan lies inside the arena.

internal import CVector

#if V512
    typealias V = SIMD16<Float>
    typealias D = SIMD8<Double>
    /// Rows of a register tile of the matrix product: `tileRows` x 2 vectors of sums.
    let tileRows = 8
    typealias ProductTile = InlineArray<16, V>
    /// Rows of a register tile of the weight gradients: `gradientRows` x 3 vectors of sums.
    let gradientRows = 8
    typealias GradientTile = InlineArray<24, V>
    typealias GradientColumn = InlineArray<8, V>
    typealias MomentTile = InlineArray<24, D>
    @inline(always) func squareRoot(_ x: V) -> V { vector_sqrt16(x) }
#elseif V256
    typealias V = SIMD8<Float>
    typealias D = SIMD4<Double>
    let tileRows = 4
    typealias ProductTile = InlineArray<8, V>
    let gradientRows = 4
    typealias GradientTile = InlineArray<12, V>
    typealias GradientColumn = InlineArray<4, V>
    typealias MomentTile = InlineArray<12, D>
    @inline(always) func squareRoot(_ x: V) -> V { vector_sqrt8(x) }
#else
    typealias V = SIMD4<Float>
    typealias D = SIMD2<Double>
    let tileRows = 4
    typealias ProductTile = InlineArray<8, V>
    let gradientRows = 4
    typealias GradientTile = InlineArray<12, V>
    typealias GradientColumn = InlineArray<4, V>
    typealias MomentTile = InlineArray<12, D>
    @inline(always) func squareRoot(_ x: V) -> V { vector_sqrt4(x) }
#endif

/// Lanes of a vector.
let lanes = V.scalarCount

/// Vectors, unchecked.
@safe struct Vectors {
    let base: UnsafeMutablePointer<V>

    @inline(always) init(_ memory: UnsafeMutablePointer<Float>, _ offset: Int) {
        unsafe base = UnsafeMutableRawPointer(memory + offset).assumingMemoryBound(to: V.self)
    }

    @inline(always) init(base: UnsafeMutablePointer<V>) { unsafe self.base = base }

    @inline(always) subscript(index: Int) -> V {
        get { unsafe base[index] }
        nonmutating set { unsafe base[index] = newValue }
    }

    @inline(always) static func + (vectors: Vectors, offset: Int) -> Vectors {
        unsafe Vectors(base: vectors.base + offset)
    }
}

/// Scalars, unchecked.
@safe struct Scalars {
    let base: UnsafeMutablePointer<Float>

    @inline(always) init(_ memory: UnsafeMutablePointer<Float>, _ offset: Int) { unsafe base = memory + offset }

    @inline(always) subscript(index: Int) -> Float {
        get { unsafe base[index] }
        nonmutating set { unsafe base[index] = newValue }
    }

    @inline(always) static func + (scalars: Scalars, offset: Int) -> Scalars {
        unsafe Scalars(scalars.base, offset)
    }
}

extension InlineArray {
    /// An element, unchecked: indices here are the constants of unrolled loops.
    @inline(always) subscript(at index: Int) -> Element {
        get { unsafe self[unchecked: index] }
        set { unsafe self[unchecked: index] = newValue }
    }
}

/// `a b + c`, fused where the instruction set can; without FMA, `addingProduct` would call libm for every lane.
@inline(always) func multiplyAdd(_ a: V, _ b: V, _ c: V) -> V {
    #if V512 || V256 || arch(arm64)
        return c.addingProduct(a, b)
    #else
        return a * b + c
    #endif
}

@inline(always) func multiplyAdd(_ a: D, _ b: D, _ c: D) -> D {
    #if V512 || V256 || arch(arm64)
        return c.addingProduct(a, b)
    #else
        return a * b + c
    #endif
}

@inline(always) func all(_ x: Float) -> V { V(repeating: x) }

/// The sums of quarters of a vector.
@inline(always) func quarters(_ v: V) -> SIMD4<Float> {
    #if V512
        let half = v.lowHalf + v.highHalf
        return half.lowHalf + half.highHalf
    #elseif V256
        return v.lowHalf + v.highHalf
    #else
        return v
    #endif
}

/// The sum of a vector's lanes.
@inline(always) func sum(_ v: V) -> Float {
    let four = quarters(v)
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
}

/// The sums of four vectors' lanes, at the price of one and a half.
@inline(always) func sums(_ a: V, _ b: V, _ c: V, _ d: V) -> SIMD4<Float> {
    let ab = SIMD8<Float>(lowHalf: quarters(a), highHalf: quarters(b))
    let cd = SIMD8<Float>(lowHalf: quarters(c), highHalf: quarters(d))
    let pairs = SIMD8<Float>(lowHalf: ab.evenHalf + ab.oddHalf, highHalf: cd.evenHalf + cd.oddHalf)
    return pairs.evenHalf + pairs.oddHalf
}

@inline(always) func smaller(_ a: V, _ b: V) -> V { a.replacing(with: b, where: b .< a) }
@inline(always) func larger(_ a: V, _ b: V) -> V { a.replacing(with: b, where: b .> a) }

/// The hyperbolic tangent as a ratio of polynomials, x P(x^2) / Q(x^2), on [-8, 8].
///
/// Largest error 3.3e-7 (5 units in the last place), never outside (-1, 1); NaN stays NaN.
@inline(always) func tanh(_ value: V) -> V {
    let x = larger(smaller(value, all(8)), all(-8))
    let x2 = x * x
    var p = multiplyAdd(x2, all(1.5061747404843118e-08), all(2.1773201297037303e-05))
    p = multiplyAdd(x2, p, all(0.0035641533322632313))
    p = multiplyAdd(x2, p, all(0.13438189029693604))
    p = multiplyAdd(x2, p, all(0.9999999403953552))
    var q = multiplyAdd(x2, all(8.453636723970703e-07), all(0.00033991748932749033))
    q = multiplyAdd(x2, q, all(0.0261360052973032))
    q = multiplyAdd(x2, q, all(0.4677150845527649))
    q = multiplyAdd(x2, q, all(1))
    return x * p / q
}

/// 1 / (1 + exp(-x)), by way of tanh. Largest error 2e-7.
@inline(always) func sigmoid(_ x: V) -> V { multiplyAdd(tanh(x * all(0.5)), all(0.5), all(0.5)) }
