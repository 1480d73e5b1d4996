// The kernels of this process.

internal import RNNKernelTable
internal import RNNKernelsV1
internal import RNNKernelsV3
internal import RNNKernelsV4

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The kernels of this process, chosen at first use: the best set that this machine can run.
public enum Kernels {
    static let chosen: KernelTable = choose(limit: .ofThisMachine)

    /// The instruction set in use, for logs and `status`.
    public static var instructionSet: String { chosen.instructionSet.description }

    static func choose(limit: InstructionSet) -> KernelTable {
        switch limit {
        case .v4: RNNKernelsV4.makeKernels()
        case .v3: RNNKernelsV3.makeKernels()
        case .baseline, .reference: RNNKernelsV1.makeKernels()
        }
    }
}
