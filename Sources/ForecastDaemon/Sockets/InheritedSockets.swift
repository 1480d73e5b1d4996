// Descriptors that systemd passed (LISTEN_FDS, sd_listen_fds(3)). They are taken by name, because the order across
// several socket units is not defined, and each is looked at before use. They are never shut down: systemd's own copy
// would be shut down with them, and the next client would get EPIPE; closing ours is fine.

import CPlatform
import Glibc

/// The sockets this process was started with, by their `FileDescriptorName=`.
struct InheritedSockets: Sendable {
    private(set) var listeners: [String: CInt] = [:]
    /// Names of descriptors we were given and do not know; closed at once, and worth a warning.
    private(set) var unknown: [String] = []

    static let firstDescriptor: CInt = 3

    init() {}

    /// Reads and clears `LISTEN_PID`, `LISTEN_FDS` and `LISTEN_FDNAMES`.
    ///
    /// - Parameter names: the names this daemon knows.
    /// - Throws: `.inheritedIsNoListener` when a known name carries something else, `.inheritedTwice` when it
    ///   carries two: clients of the second would wait for ever.
    static func take(names: Set<String>) throws(SocketError) -> InheritedSockets {
        defer { Environment.remove(["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) }
        guard let pid = Environment.value("LISTEN_PID"), pid == String(getpid()),
            let count = Environment.value("LISTEN_FDS").flatMap({ CInt($0) }), count > 0
        else { return InheritedSockets() }
        return try sorted(
            count, from: firstDescriptor, called: Environment.value("LISTEN_FDNAMES") ?? "", known: names)
    }

    /// Looks at `count` descriptors from `first` on; `called` holds their names, joined by colons.
    static func sorted(
        _ count: CInt, from first: CInt, called: String, known names: Set<String>
    ) throws(SocketError) -> InheritedSockets {
        var sockets = InheritedSockets()
        let given = called.split(separator: ":", omittingEmptySubsequences: false)
        for index in 0..<count {
            let descriptor = first + index
            let name = Int(index) < given.count ? String(given[Int(index)]) : "unknown"
            let kind = platform_kind_of_descriptor(descriptor)
            guard names.contains(name) else {
                sockets.unknown.append(name)
                close(descriptor)
                continue
            }
            guard kind == Int32(platform_listening_stream.rawValue) else {
                throw SocketError.inheritedIsNoListener(name: name)
            }
            guard sockets.listeners.updateValue(descriptor, forKey: name) == nil else {
                throw SocketError.inheritedTwice(name: name)
            }
        }
        return sockets
    }

    /// The socket of that name: the inherited one, or a new one at `path`.
    func listener(_ name: String, orAt path: String, mode: mode_t) throws(SocketError) -> ListeningSocket {
        if let descriptor = listeners[name] { return ListeningSocket(descriptor: descriptor, path: nil) }
        return try ListeningSocket.make(at: path, mode: mode)
    }
}
