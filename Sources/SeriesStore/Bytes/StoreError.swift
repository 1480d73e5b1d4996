// Everything that can go wrong between a caller and the file. Full is the one case that goes away by itself: nothing
// acknowledged is lost, and the same call succeeds once there is space.

/// Why the store did not do what was asked.
public enum StoreError: Error, Equatable {
    /// Another process has the file open for writing.
    case locked(path: String)
    /// The file is not what was written; the sentence says where.
    case damaged(String)
    /// A page of a table of forecasts is not what was written; samples are served and stored without it.
    case damagedTable(ForecastTable, String)
    /// The file has a later schema than this daemon knows.
    case newerSchema(found: Int, known: Int)
    /// The directory or the file cannot be written.
    case notWritable(path: String, reason: String)
    /// No space on the file system; try again later.
    case full
    /// The store has been closed.
    case closed
    /// There is no store at this path.
    case missing(path: String)
    /// There is no such series or grid.
    case unknown(String)
    /// SQLite or the system said this.
    case failed(String)
}

extension StoreError: CustomStringConvertible {
    /// A file of some other program.
    static let ofAnotherProgram = "it is an SQLite database of some other program"
    /// Ends of sentences about files of which nothing can be salvaged; the second is SQLite's.
    private static let foreign = [ofAnotherProgram, "file is not a database"]

    /// A sentence for the operator, with the next step where there is one.
    public var description: String {
        switch self {
        case .damaged(let what) where Self.foreign.contains(where: what.hasSuffix):
            "this is no store of forecastd: \(what)"
        case .locked(let path):
            "another forecastd has \(path) open; stop it, or give this one its own --state-directory"
        case .damaged(let what):
            "the store is damaged: \(what); `forecastd verify --salvage NEW` writes all that is good to a new file"
        case .damagedTable(let table, let what):
            "the table \(table.rawValue) is damaged: \(what); samples are served and stored without it. "
                + "`forecastd verify --salvage NEW` writes all that is good to a new file"
        case .newerSchema(let found, let known):
            "the store has schema \(found), this forecastd knows \(known): upgrade forecastd, or open a backup"
        case .notWritable(let path, let reason):
            "cannot write \(path): \(reason)"
        case .full:
            "no space left for the store; nothing acknowledged is lost, and writing goes on when there is space again"
        case .closed:
            "the store is closed"
        case .missing(let path):
            "there is no store at \(path)"
        case .unknown(let what):
            "the store does not know \(what)"
        case .failed(let message):
            "the store failed: \(message)"
        }
    }
}

extension StoreError {
    /// The finding alone, without advice.
    var reason: String {
        switch self {
        case .damaged(let what), .damagedTable(_, let what): what
        case .locked, .newerSchema, .notWritable, .full, .closed, .missing, .unknown, .failed: description
        }
    }
}
