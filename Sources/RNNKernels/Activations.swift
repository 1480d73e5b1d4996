// tanh and sigmoid of a vector, with stated errors.
//
// Each evaluates one of two forms. Where the instruction set can look up 32 numbers at once (AVX-512), |x| picks one of 32
// pieces and a polynomial of degree 4 in |x| is evaluated with its coefficients: four fused multiply-adds and no
// division, half the time of the other form. Elsewhere it is a power of two and one division. Tables and coefficients are
// made by Tests/Fixtures/make_activations.py.
//
// The derivatives are never computed here: backward passes make them of the values.

internal import CVector

#if V512 && arch(x86_64)
    @inline(always) private func bits(of x: V) -> Bits { unsafe unsafeBitCast(x, to: Bits.self) }
    @inline(always) private func vector(of bits: Bits) -> V { unsafe unsafeBitCast(bits, to: V.self) }

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
    #if V256
        @inline(always) private func toExponent(_ x: V) -> V { vector_to_exponent8(x) }
        @inline(always) private func chained(_ a: V, _ b: V, _ c: V) -> V { vector_fma8(a, b, c) }
    #else
        @inline(always) private func toExponent(_ x: V) -> V { vector_to_exponent4(x) }
        #if arch(arm64)
            @inline(always) private func chained(_ a: V, _ b: V, _ c: V) -> V { vector_fma4(a, b, c) }
        #else
            @inline(always) private func chained(_ a: V, _ b: V, _ c: V) -> V { a * b + c }
        #endif
    #endif

    /// `1 + 2^(c x)`, c the binary logarithm of a power of e.
    ///
    ///     z = c x + 1.5 * 2^23 + 127       the sum's last bits are n + 127, n the whole number nearest to c x
    ///     f = c x - n                      in [-1/2, 1/2]
    ///     2^(c x) = 2^n p(f)               the last bits of z, moved to the exponent, are 2^n
    @inline(always) private func onePlusPower(_ x: V, _ c: Float) -> V {
        let rounding = all(12_583_039)
        let z = chained(x, all(c), rounding)
        let f = chained(x, all(c), rounding - z)
        var p = chained(f, all(0.0013381302123889327), all(0.00966636836528778))
        p = chained(f, p, all(0.055503811687231064))
        p = chained(f, p, all(0.2402234971523285))
        p = chained(f, p, all(0.6931471824645996))
        p = chained(f, p, all(1))
        return chained(p, toExponent(z), all(1))
    }

    /// The hyperbolic tangent, 1 - 2 / (1 + exp(2 x)). Largest error 2.1e-7, never outside [-1, 1]; NaN stays NaN.
    @inline(always) func tanh(_ x: V) -> V {
        all(1) - all(2) / onePlusPower(larger(smaller(x, all(15)), all(-15)), 2.8853900817779268)
    }

    /// 1 / (1 + exp(-x)). Largest error 1.1e-7, where it ends at 30; NaN stays NaN.
    @inline(always) func sigmoid(_ x: V) -> V {
        all(1) / onePlusPower(larger(smaller(x, all(30)), all(-30)), -1.4426950408889634)
    }
#endif
