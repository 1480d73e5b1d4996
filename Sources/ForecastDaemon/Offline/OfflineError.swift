// What can be wrong with the files and options of `replay` and `backtest`, as sentences for the person at the terminal.

/// Why an offline command stopped.
public enum OfflineError: Error, Equatable, Sendable {
    /// A file that cannot be read, with the system's reason.
    case unreadable(path: String, reason: String)
    /// A file or folder that cannot be written, with the system's reason.
    case unwritable(path: String, reason: String)
    /// A line that is not what INTERFACE says; lines count from 1.
    case malformed(path: String, line: Int, reason: String)
    /// A name that ends neither in `.jsonl` nor `.csv`, packed or not.
    case unknownFormat(path: String)
    /// Two series whose results would have the same file name.
    case sameFile(name: String, id: String)
    /// An option that cannot be had.
    case option(String)
}

extension OfflineError: CustomStringConvertible {
    /// The sentence.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
        case .malformed(let path, let line, let reason): "\(path):\(line): \(reason)"
        case .unknownFormat(let path):
            "\(path): a series file is named .jsonl or .csv, packed ones .jsonl.gz or .csv.gz"
        case .sameFile(let name, let id):
            "the series \(id) would be written to \(name), which another series has taken: give it another id"
        case .option(let sentence): sentence
        }
    }
}
