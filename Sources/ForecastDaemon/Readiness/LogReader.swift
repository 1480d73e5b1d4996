// Who keeps the write-ahead log from being cut: a process that holds a read transaction on the store for long, such as a
// forgotten `sqlite3`. SQLite's readers hold a shared lock on one of five bytes of the index beside the log (WAL-index
// format, "read locks": bytes 123 to 127), and the kernel lists all such locks with their owners in /proc/locks.

/// A process with an open transaction.
struct LogReader: Sendable, Hashable {
    let pid: Int32
    /// As /proc names it; nil where it has gone.
    let command: String?

    /// SQLite cuts the log after a thousand pages; far above that somebody is in the way.
    static let usualBytes = 16 << 20

    /// The reader that has the log of a store, if it is larger than usual and there is one.
    static func holding(logOf path: String, bytes: Int) -> LogReader? {
        guard bytes > usualBytes, let inode = FileIdentity(of: path + "-shm")?.inode,
            let locks = try? Environment.contents(of: "/proc/locks"),
            let pid = reader(in: String(decoding: locks, as: UTF8.self), inode: inode, except: Environment.processID)
        else { return nil }
        let comm = try? Environment.contents(of: "/proc/\(pid)/comm")
        return LogReader(
            pid: pid, command: comm.map { String(decoding: $0, as: UTF8.self).filter { !$0.isNewline } })
    }

    /// The first process but our own that holds a read lock of a WAL index.
    ///
    /// - Parameter locks: `1: POSIX  ADVISORY  READ 4711 fd:01:1234 124 124`, a line a lock (proc(5)).
    static func reader(in locks: String, inode: UInt64, except own: Int32) -> Int32? {
        for line in locks.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 8, words[1] == "POSIX", words[3] == "READ", let pid = Int32(words[4]), pid != own,
                words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == inode,
                let first = Int(words[6]), (123...127).contains(first)
            else { continue }
            return pid
        }
        return nil
    }

    func sentence(bytes: Int) -> String {
        "\(command ?? "a process") (pid \(pid)) holds a transaction open on the store, so that its log cannot be cut: "
            + "\(bytes >> 20) MB so far. Let it end"
    }
}
