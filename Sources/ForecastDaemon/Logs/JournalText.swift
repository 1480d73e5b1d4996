// How plain lines carry their priority into the journal: `<3>` in front (sd-daemon(3)). journald cuts at line breaks, so
// each line of a longer text needs its own, or all but the first would be mere information.

/// Text for standard error where that is the journal.
package enum JournalText {
    /// The lines of `text`, each with its priority, each ended.
    package static func lines(_ text: String, priority: Int) -> String {
        text.split(separator: "\n").map { "<\(priority)>\($0)\n" }.joined()
    }

    /// The sentence that ends a command: an error where the journal reads it, plain text elsewhere.
    package static func failure(_ sentence: String) -> String {
        Environment.standardErrorIsJournal ? lines(sentence, priority: 3) : sentence + "\n"
    }
}
