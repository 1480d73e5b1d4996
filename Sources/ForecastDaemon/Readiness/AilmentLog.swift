// What `status` begins to say of the store goes to the log as well, once: whoever reads the journal the next day finds when
// it began and when it was over.

import Logging
import Synchronization

/// Tells the log of ailments that come and go. Safe from any task.
final class AilmentLog: Sendable {
    private let logger: Logger
    private let told = Mutex<Set<String>>([])

    init(logger: Logger) { self.logger = logger }

    /// - Parameter sentences: all that there are now.
    func tell(_ sentences: [String]) {
        let (new, over) = told.withLock { told in
            defer { told = Set(sentences) }
            return (sentences.filter { !told.contains($0) }, told.subtracting(sentences).sorted())
        }
        for sentence in new { logger.error("\(sentence)") }
        for sentence in over { logger.notice("over: \(sentence)") }
    }
}
