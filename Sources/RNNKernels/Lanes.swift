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
    /// A bin's index for each lane.
    typealias Origins = SIMD16<Int32>
    typealias Bits = SIMD16<UInt32>
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
    @inline(always) private func load(_ place: UnsafePointer<Float>) -> V { unsafe vector_load16(place) }
    @inline(always) private func save(_ v: V, _ place: UnsafeMutablePointer<Float>) { unsafe vector_store16(place, v) }
    @inline(always) private func convert(_ place: UnsafePointer<Int8>) -> V { unsafe vector_bytes16(place) }
#elseif V256
    typealias V = SIMD8<Float>
    /// A bin's index for each lane.
    typealias Origins = SIMD8<Int32>
    typealias D = SIMD4<Double>
    let tileRows = 4
    typealias ProductTile = InlineArray<8, V>
    let gradientRows = 4
    typealias GradientTile = InlineArray<12, V>
    typealias GradientColumn = InlineArray<4, V>
    typealias MomentTile = InlineArray<12, D>
    @inline(always) func squareRoot(_ x: V) -> V { vector_sqrt8(x) }
    @inline(always) private func load(_ place: UnsafePointer<Float>) -> V { unsafe vector_load8(place) }
    @inline(always) private func save(_ v: V, _ place: UnsafeMutablePointer<Float>) { unsafe vector_store8(place, v) }
    @inline(always) private func convert(_ place: UnsafePointer<Int8>) -> V { unsafe vector_bytes8(place) }
#else
    typealias V = SIMD4<Float>
    /// A bin's index for each lane.
    typealias Origins = SIMD4<Int32>
    typealias D = SIMD2<Double>
    let tileRows = 4
    typealias ProductTile = InlineArray<8, V>
    let gradientRows = 4
    typealias GradientTile = InlineArray<12, V>
    typealias GradientColumn = InlineArray<4, V>
    typealias MomentTile = InlineArray<12, D>
    @inline(always) func squareRoot(_ x: V) -> V { vector_sqrt4(x) }
    @inline(always) private func load(_ place: UnsafePointer<Float>) -> V { unsafe vector_load4(place) }
    @inline(always) private func save(_ v: V, _ place: UnsafeMutablePointer<Float>) { unsafe vector_store4(place, v) }
    @inline(always) private func convert(_ place: UnsafePointer<Int8>) -> V { unsafe vector_bytes4(place) }
#endif

// Tiles of zeros are spelt out: InlineArray(repeating:) stays a call, and hands the tile over in memory.
#if V512
    @inline(always) func emptyProducts() -> ProductTile {
        [
            .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero,
            .zero,
        ]
    }
    @inline(always) func emptyGradients() -> GradientTile {
        [
            .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero,
            .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero,
        ]
    }
    @inline(always) func emptyColumn() -> GradientColumn {
        [.zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero]
    }
    @inline(always) func emptyMoments() -> MomentTile {
        [
            .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero,
            .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero,
        ]
    }
#else
    @inline(always) func emptyProducts() -> ProductTile {
        [.zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero]
    }
    @inline(always) func emptyGradients() -> GradientTile {
        [.zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero]
    }
    @inline(always) func emptyColumn() -> GradientColumn { [.zero, .zero, .zero, .zero] }
    @inline(always) func emptyMoments() -> MomentTile {
        [.zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero]
    }
#endif

/// Lanes of a vector.
let lanes = V.scalarCount

/// Rows and columns that `Scalars.transpose` turns at once: no more than lanes.
let transposedAtOnce = lanes < 8 ? 4 : 8

/// Vectors of a row of the usual minibatch, 32 windows.
let usualWidth = 32 / V.scalarCount

/// Whether cells are compiled with that width as a constant: 3 % of a step with two vectors a row, a loss with more.
#if V512
    let widthIsConstant = true
#else
    let widthIsConstant = false
#endif

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

    /// The same memory, number by number.
    @inline(always) var scalars: Scalars {
        unsafe Scalars(UnsafeMutableRawPointer(base).assumingMemoryBound(to: Float.self), 0)
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

    /// A vector from any place, aligned or not.
    @inline(always) func vector(at place: Int) -> V {
        unsafe load(UnsafePointer(base + place))
    }

    @inline(always) func store(_ vector: V, at place: Int) {
        unsafe save(vector, base + place)
    }

    @inline(always) func storeEight(_ values: SIMD8<Float>, at place: Int) {
        unsafe vector_store8(base + place, values)
    }

    @inline(always) func storeFour(_ values: SIMD4<Float>, at place: Int) {
        unsafe vector_store4(base + place, values)
    }

    /// Writes a square of `transposedAtOnce` rows and columns, transposed.
    @inline(always)
    func transpose(at place: Int, _ stride: Int, into out: Scalars, _ outStride: Int) {
        if lanes < 8 {
            unsafe vector_transpose4(UnsafePointer(base + place), stride, out.base, outStride)
        } else {
            unsafe vector_transpose8(UnsafePointer(base + place), stride, out.base, outStride)
        }
    }

    @inline(always) func four(at place: Int) -> SIMD4<Float> {
        unsafe vector_load4(UnsafePointer(base + place))
    }
}

/// Whole numbers of a byte, unchecked.
@safe struct Bytes {
    let base: UnsafePointer<Int8>

    @inline(always) init(_ base: UnsafePointer<Int8>) { unsafe self.base = base }

    @inline(always) static func + (bytes: Bytes, offset: Int) -> Bytes { unsafe Bytes(bytes.base + offset) }

    /// A vector of numbers from any place.
    @inline(always) func vector(at place: Int) -> V { unsafe convert(base + place) }
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

/// The sums of the lanes of eight vectors of a tile, from `first` on, at the price of one and a half: each step halves
/// the lanes of two vectors and puts them side by side.
@inline(always) func sums(_ v: GradientTile, _ first: Int) -> SIMD8<Float> {
    let (a, b, c, d) = (v[at: first], v[at: first &+ 1], v[at: first &+ 2], v[at: first &+ 3])
    let (e, f, g, h) = (v[at: first &+ 4], v[at: first &+ 5], v[at: first &+ 6], v[at: first &+ 7])
    #if V512
        let pairs = paired(quartered(halved(a, b), halved(c, d)), quartered(halved(e, f), halved(g, h)))
        return pairs.evenHalf + pairs.oddHalf
    #elseif V256
        let (abcd, efgh) = (paired(halved(a, b), halved(c, d)), paired(halved(e, f), halved(g, h)))
        return SIMD8(lowHalf: abcd.evenHalf, highHalf: efgh.evenHalf)
            + SIMD8(lowHalf: abcd.oddHalf, highHalf: efgh.oddHalf)
    #else
        let (abcd, efgh) = (paired(paired(a, b), paired(c, d)), paired(paired(e, f), paired(g, h)))
        return SIMD8(lowHalf: abcd, highHalf: efgh)
    #endif
}

#if V512 || V256
    /// Lower plus upper half, of a and of b.
    @inline(always) private func halved(_ a: V, _ b: V) -> V {
        V(lowHalf: a.lowHalf, highHalf: b.lowHalf) + V(lowHalf: a.highHalf, highHalf: b.highHalf)
    }
#endif

/// Even plus odd lanes, of a and of b.
@inline(always) private func paired(_ a: V, _ b: V) -> V {
    V(lowHalf: a.evenHalf, highHalf: b.evenHalf) + V(lowHalf: a.oddHalf, highHalf: b.oddHalf)
}

#if V512
    /// Lower plus upper half of each half, of a and of b.
    @inline(always) private func quartered(_ a: V, _ b: V) -> V {
        let lower = V(
            lowHalf: SIMD8(lowHalf: a.lowHalf.lowHalf, highHalf: a.highHalf.lowHalf),
            highHalf: SIMD8(lowHalf: b.lowHalf.lowHalf, highHalf: b.highHalf.lowHalf))
        let upper = V(
            lowHalf: SIMD8(lowHalf: a.lowHalf.highHalf, highHalf: a.highHalf.highHalf),
            highHalf: SIMD8(lowHalf: b.lowHalf.highHalf, highHalf: b.highHalf.highHalf))
        return lower + upper
    }
#endif

@inline(always) func smaller(_ a: V, _ b: V) -> V { a.replacing(with: b, where: b .< a) }
@inline(always) func larger(_ a: V, _ b: V) -> V { a.replacing(with: b, where: b .> a) }
