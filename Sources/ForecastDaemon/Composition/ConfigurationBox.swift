// The configuration in force. A reload replaces it whole or not at all; what a reload cannot change (sockets, the store)
// keeps its old value, and the answer says so.

import Logging
import Synchronization

/// Holds the configuration; safe from any thread.
final class ConfigurationBox: Sendable {
    private let current: Mutex<Configuration>
    private let flag: String?

    /// Loads the file of `--config`, else the system's file if it exists, else defaults.
    init(flag: String?) throws(ConfigurationError) {
        self.flag = flag
        current = Mutex(try Configuration.load(flag: flag))
    }

    var value: Configuration { current.withLock { $0 } }

    /// Reads the file again.
    ///
    /// - Returns: the configuration now in force, and what in the file waits for a restart.
    func reload() throws(ConfigurationError) -> (Configuration, notes: [String]) {
        let new = try Configuration.load(flag: flag)
        let old = value
        var notes = new.differences(from: old).filter(\.needsRestart).map { "\($0.key) waits for a restart" }
        if new.series != old.series {
            notes.append("the rules of series hold for series that come from now on, for the others after a restart")
        }
        let kept = new.keepingWhatNeedsRestart(of: old)
        current.withLock { $0 = kept }
        return (kept, notes)
    }
}
