// The two kinds of number the plain loops run on: Float, as the kernels do, and Double, in which gradients are checked
// against finite differences.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A number of the reference loops.
public protocol KernelScalar: BinaryFloatingPoint, Sendable {
    /// The hyperbolic tangent.
    static func tanh(_ x: Self) -> Self
    /// The natural logarithm.
    static func log(_ x: Self) -> Self
    /// The exponential.
    static func exp(_ x: Self) -> Self
}

extension Float: KernelScalar {
    /// The hyperbolic tangent.
    public static func tanh(_ x: Float) -> Float { tanhf(x) }
    /// The natural logarithm.
    public static func log(_ x: Float) -> Float { logf(x) }
    /// The exponential.
    public static func exp(_ x: Float) -> Float { expf(x) }
}

extension Double: KernelScalar {
    /// The hyperbolic tangent.
    public static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
    /// The natural logarithm.
    public static func log(_ x: Double) -> Double { Glibc.log(x) }
    /// The exponential.
    public static func exp(_ x: Double) -> Double { Glibc.exp(x) }
}

/// log(1 + exp(x)), without overflow.
public func softplus<Scalar: KernelScalar>(_ x: Scalar) -> Scalar {
    max(x, 0) + Scalar.log(1 + Scalar.exp(-abs(x)))
}
