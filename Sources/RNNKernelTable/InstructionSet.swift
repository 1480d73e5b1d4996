// The instruction sets that the kernels are compiled for, and which of them this machine has.
//
// One source folder (RNNKernels) is compiled once per case. The choice is made once at start, by cpuid, and may be
// lowered (never raised) with FORECASTD_ISA: `reference`, `baseline`, `v3` or `v4`. What is chosen is then tried on
// one tiny step against the plain loops of `Reference` before it serves (`KernelTable.choose`).

internal import CVector

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A level of the CPU for which there is a set of kernels, in rising order of speed.
public enum InstructionSet: Int, Sendable, CaseIterable, Comparable, CustomStringConvertible {
    /// Plain loops, compiled for any CPU: the meaning of every kernel, and the last step of every step-down.
    case reference
    /// What every CPU of the architecture has: SSE2 on x86-64 (no fused multiply-add), NEON on arm64.
    case baseline
    /// x86-64-v3: AVX2 with FMA.
    case v3
    /// x86-64-v4: AVX-512 F, BW, CD, DQ, VL.
    case v4

    /// The best level of this machine, as cpuid tells.
    public static var ofThisMachine: InstructionSet {
        switch vector_cpu_level() {
        case 4: .v4
        case 3: .v3
        default: .baseline
        }
    }

    /// The setting FORECASTD_ISA of this process, which may lower the choice.
    public static var environmentSetting: String? {
        guard let value = unsafe getenv("FORECASTD_ISA") else { return nil }
        return unsafe String(cString: value)
    }

    /// The level named by a setting (`FORECASTD_ISA`), or nil if there is none of this name.
    public init?(named name: String) {
        guard let found = Self.allCases.first(where: { $0.description == name }) else { return nil }
        self = found
    }

    /// The name as a user writes it.
    public var description: String {
        switch self {
        case .reference: "reference"
        case .baseline: "baseline"
        case .v3: "v3"
        case .v4: "v4"
        }
    }

    /// In order of speed.
    public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rawValue < b.rawValue }
}

/// Runs `body` with denormal numbers flushed to zero on this thread: a vanished gradient then costs nothing.
public func flushingDenormals<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let before = vector_flush_denormals()
    defer { vector_restore_denormals(before) }
    return try body()
}
