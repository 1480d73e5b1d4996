// tanh and sigmoid of a vector, with stated errors.
//
// Each evaluates one of two forms. Where the instruction set can look up 32 numbers at once (AVX-512), |x| picks one of 32
// pieces and a polynomial of degree 4 in |x| is evaluated with its coefficients: four fused multiply-adds and no
// division, half the time of the other form. Elsewhere it is a ratio of polynomials in x^2. The tables are made by
// Tests/Fixtures/make_activations.py.
//
// The derivatives are never computed here: backward passes make them of the values.

internal import CVector

#if V512 && arch(x86_64)
    @inline(always) private func bits(of x: V) -> SIMD16<UInt32> { unsafe unsafeBitCast(x, to: SIMD16<UInt32>.self) }
    @inline(always) private func vector(of bits: SIMD16<UInt32>) -> V { unsafe unsafeBitCast(bits, to: V.self) }

    /// The odd function of the pieces at x.
    @inline(always) private func odd(_ x: V, _ pieces: ActivationPieces) -> V {
        let number = bits(of: x)
        let size = smaller(vector(of: number & 0x7FFF_FFFF), all(14.9))
        // Exponent and three bits of the mantissa of |x| + 1; the lookup takes them modulo 32.
        let piece = bits(of: size + all(1)) &>> 20
        @inline(always) func coefficient(_ table: (V, V)) -> V { vector_lookup32(table.0, table.1, piece) }
        var y = multiplyAdd(coefficient(pieces.c4), size, coefficient(pieces.c3))
        y = multiplyAdd(y, size, coefficient(pieces.c2))
        y = multiplyAdd(y, size, coefficient(pieces.c1))
        y = multiplyAdd(y, size, coefficient(pieces.c0))
        return vector(of: bits(of: y) | (number & 0x8000_0000))
    }

    /// The hyperbolic tangent. Largest error 4e-7, never outside [-1, 1]; NaN stays NaN.
    @inline(always) func tanh(_ x: V) -> V { odd(x, tanhPieces()) }

    /// 1 / (1 + exp(-x)). Largest error 4e-7, where it ends at 14.9; NaN stays NaN.
    @inline(always) func sigmoid(_ x: V) -> V { all(0.5) + odd(x, sigmoidPieces()) }
#else
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
#endif
