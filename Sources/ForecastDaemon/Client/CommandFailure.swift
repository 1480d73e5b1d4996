// What every command's failure has: a sentence for the one at the terminal, and an exit code for the script.
//
// The executable knows this protocol only; which code belongs to which case is decided where the case is.

/// An error that ends a command.
package protocol CommandFailure: Error, CustomStringConvertible {
    /// As in sysexits(3).
    var exitCode: Int32 { get }
}

extension ClientError: CommandFailure {}
