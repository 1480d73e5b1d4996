// What every command's failure has: a sentence for the one at the terminal, and an exit code for the script.
//
// The executable knows this protocol only. Which code belongs to which case is decided beside the case where the error
// is the client's, and here for errors of parts that work on files and know nothing of exit codes (sysexits(3)).
package import SeriesStore

/// An error that ends a command.
package protocol CommandFailure: Error, CustomStringConvertible {
    /// As in sysexits(3).
    var exitCode: Int32 { get }
}

extension ClientError: CommandFailure {}

extension StartError: CommandFailure {}

extension ConfigurationError: CommandFailure {
    package var exitCode: Int32 { 78 }
}

extension OfflineError: CommandFailure {
    package var exitCode: Int32 {
        switch self {
        case .unreadable: 66
        case .unwritable: 73
        case .malformed, .sameFile: 65
        case .unknownFormat, .option: 64
        }
    }
}

extension CapacityError: CommandFailure {
    package var exitCode: Int32 { 73 }
}

extension QueryError: CommandFailure {
    package var exitCode: Int32 {
        switch self {
        case .statement: 65
        case .store(let error): error.exitCode
        }
    }
}

extension StoreError: CommandFailure {
    package var exitCode: Int32 {
        switch self {
        case .locked: 75
        case .damaged, .damagedTable, .newerSchema: 78
        case .notWritable: 73
        case .missing, .unknown: 66
        case .full, .closed, .failed: 74
        }
    }
}
