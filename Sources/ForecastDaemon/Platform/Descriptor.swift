// An open file descriptor: the one place where the command line meets read(2), write(2) and connect(2).
//
// The clients use plain system calls and no event loop: a command that asks one question over one Unix socket is
// done in 4 ms, of which starting NIO's threads would be most. Everything blocks. Bytes leave as Swift arrays, so
// that no other file of the command line handles a pointer. No framing, no protocol, no retries: those are its users'.
internal import CPlatform
internal import Glibc

/// A failed system call, with what was being done.
package struct DescriptorError: Error, Equatable, CustomStringConvertible {
    /// `errno` after the call.
    package let code: Int32
    /// What was tried, as the beginning of a sentence: `cannot read /proc/stat`.
    package let attempt: String

    /// Whether somebody else could do it, or we elsewhere.
    var isForbidden: Bool { [EACCES, EPERM, EROFS].contains(code) }

    package var description: String { "\(attempt): \(DescriptorError.reason(code))" }

    static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}

/// Owns an open descriptor and closes it when it goes.
package struct Descriptor: ~Copyable {
    /// The number, for calls that take one. It is this value's to close.
    package let raw: CInt
    private let isSocket: Bool
    /// O_PATH, which Glibc's module shows only to `_GNU_SOURCE` (open(2)).
    private static let askingOnly: CInt = 0o10000000

    deinit { _ = close(raw) }

    /// Connects to the Unix stream socket at `path`. Blocks while the listener's queue is full.
    package static func connect(to path: String) throws(DescriptorError) -> Descriptor {
        var error: CInt = 0
        let raw = unsafe platform_connect_unix(path, &error)
        guard raw >= 0 else { throw DescriptorError(code: error, attempt: "cannot connect to \(path)") }
        return Descriptor(raw: raw, isSocket: true)
    }

    /// The user that listens behind a connected Unix socket, as the kernel knows it (SO_PEERCRED).
    package var peerUser: UInt32? {
        var peer = platform_peer()
        return unsafe platform_peer_of(raw, &peer) == 0 ? peer.uid : nil
    }

    /// Opens a file for reading; `-` is standard input.
    package static func open(reading path: String) throws(DescriptorError) -> Descriptor {
        let raw = path == "-" ? dup(0) : unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { throw DescriptorError(code: errno, attempt: "cannot open \(path)") }
        return Descriptor(raw: raw, isSocket: false)
    }

    /// Creates a file for writing, where there is none, not even a link.
    package static func create(new path: String) throws(DescriptorError) -> Descriptor {
        let raw = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard raw >= 0 else { throw DescriptorError(code: errno, attempt: "cannot write \(path)") }
        return Descriptor(raw: raw, isSocket: false)
    }

    /// Opens what is there for writing: a device, or a pipe, whose reader is waited for.
    package static func open(writing path: String) throws(DescriptorError) -> Descriptor {
        let raw = unsafe Glibc.open(path, O_WRONLY | O_CLOEXEC)
        guard raw >= 0 else { throw DescriptorError(code: errno, attempt: "cannot write \(path)") }
        return Descriptor(raw: raw, isSocket: false)
    }

    /// Standard output, for bytes whose loss somebody must hear of.
    package static func standardOutput() throws(DescriptorError) -> Descriptor {
        let raw = dup(1)
        guard raw >= 0 else { throw DescriptorError(code: errno, attempt: "cannot write to standard output") }
        return Descriptor(raw: raw, isSocket: false)
    }

    /// Opens a directory or file only to ask about it (`O_PATH`): needs no right to read it.
    package static func open(asking path: String) throws(DescriptorError) -> Descriptor {
        let raw = unsafe Glibc.open(path, askingOnly | O_CLOEXEC)
        guard raw >= 0 else { throw DescriptorError(code: errno, attempt: "cannot open \(path)") }
        return Descriptor(raw: raw, isSocket: false)
    }

    /// Reads at most `count` bytes; an empty array is the end of the file or connection.
    ///
    /// - Parameter patience: seconds to wait for the first byte; nil waits for ever. Only for sockets and pipes.
    package borrowing func read(upTo count: Int, patience: Int? = nil) throws(DescriptorError) -> [UInt8] {
        if let patience, !isReadable(within: patience) {
            throw DescriptorError(code: ETIMEDOUT, attempt: "no answer within \(patience) s")
        }
        var failure: Int32 = 0
        let raw = raw
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var got: Int
            repeat { got = unsafe Glibc.read(raw, buffer.baseAddress, count) } while got < 0 && errno == EINTR
            if got < 0 { failure = errno }
            filled = max(got, 0)
        }
        guard failure == 0 else { throw DescriptorError(code: failure, attempt: "cannot read") }
        return bytes
    }

    /// Writes everything, however many calls it takes. A peer that has gone is EPIPE, never a signal.
    package borrowing func write(_ bytes: [UInt8]) throws(DescriptorError) {
        let raw = raw
        let isSocket = isSocket
        var done = 0
        while done < bytes.count {
            let sent = unsafe bytes.withUnsafeBytes { buffer in
                let start = unsafe buffer.baseAddress.map { unsafe $0 + done }
                return isSocket
                    ? unsafe send(raw, start, buffer.count - done, CInt(MSG_NOSIGNAL))
                    : unsafe Glibc.write(raw, start, buffer.count - done)
            }
            if sent < 0 {
                if errno == EINTR { continue }
                throw DescriptorError(code: errno, attempt: "cannot write")
            }
            done += sent
        }
    }

    /// True once a read would return at once: bytes, the end, or an error.
    package borrowing func isReadable(within seconds: Int) -> Bool {
        var wish = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&wish, 1, CInt(clamping: seconds * 1000)) > 0
    }

    /// The whole of a small file, such as those under /proc.
    package static func contents(of path: String) throws(DescriptorError) -> [UInt8] {
        let file = try open(reading: path)
        var all: [UInt8] = []
        while true {
            let piece = try file.read(upTo: 64 * 1024)
            if piece.isEmpty { return all }
            all += piece
        }
    }

    /// Bytes of a file; throws for standard input and what has no length.
    package static func size(of path: String) throws(DescriptorError) -> Int {
        let file = try open(reading: path)
        let end = lseek(file.raw, 0, SEEK_END)
        guard end >= 0, path != "-" else { throw DescriptorError(code: errno, attempt: "\(path) has no length") }
        return Int(end)
    }

    /// What becomes of a process whose reader has gone. Sockets are not concerned: there it is an error of write.
    package enum BrokenPipe {
        /// As every filter: it ends by SIGPIPE and says nothing, also where the parent had that ignored.
        case ends
        /// A service goes on without its log.
        case isIgnored
    }

    /// From now on.
    package static func onBrokenPipe(_ choice: BrokenPipe) {
        switch choice {
        case .ends: _ = signal(SIGPIPE, SIG_DFL)
        case .isIgnored: _ = signal(SIGPIPE, SIG_IGN)
        }
    }

    /// Writes text to a descriptor that this process did not open, such as standard error, and does not close it.
    /// What cannot be written is dropped: there is nobody left to tell.
    package static func write(_ text: String, to raw: CInt) {
        let bytes = [UInt8](text.utf8)
        var done = 0
        while done < bytes.count {
            let sent = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(raw, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
            }
            if sent <= 0 { return }
            done += sent
        }
    }
}
