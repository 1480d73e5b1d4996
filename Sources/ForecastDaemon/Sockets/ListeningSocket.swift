// A listening Unix socket: found among the descriptors that systemd passed, or made at a path. Here it is decided what
// happens to a name that is already there: a stale socket (nobody accepts) is replaced, a live one is not touched, and
// anything that is no socket is never removed. No NIO: the servers get a plain descriptor.

import Glibc

/// Where the clients come in.
struct ListeningSocket: Sendable {
    let descriptor: CInt
    /// The path we made and remove at the end; nil for an inherited socket, which belongs to systemd and is only closed.
    let path: String?
    /// Which file of that name is ours: a daemon that starts while we stop makes another.
    var file: FileIdentity?

    /// Clients wait here while the daemon starts or restarts; NIO's own 128 would refuse them.
    static let backlog: CInt = 4096

    /// Makes the socket at `path`.
    ///
    /// - Parameter mode: permission bits, in force before the first client can connect.
    /// - Throws: `SocketError`, when another daemon serves there, or the place cannot be used.
    static func make(at path: String, mode: mode_t) throws(SocketError) -> ListeningSocket {
        // Two daemons that start together must not each take the other's new socket for a stale one.
        let lock = DirectoryLock(of: path)
        defer { lock?.release() }
        try removeStale(path)
        switch UnixSocket.listen(at: path, mode: mode, backlog: backlog) {
        case .success(let descriptor):
            return ListeningSocket(descriptor: descriptor, path: path, file: FileIdentity(of: path))
        case .failure(let error): throw .cannotListen(path: path, reason: SystemError.reason(error.code))
        }
    }

    private static func removeStale(_ path: String) throws(SocketError) {
        guard Environment.exists(path) else { return }
        switch UnixSocket.connect(to: path) {
        case .success(let probe):
            close(probe)
            throw .inUse(path: path)
        case .failure(let error):
            switch error.code {
            case ECONNREFUSED where Environment.isSocket(path): Environment.removeFile(path)  // its last owner died
            case ECONNREFUSED, ENOTSOCK: throw .notASocket(path: path)
            case EAGAIN: throw .inUse(path: path)  // its backlog is full, so somebody holds it
            case ENOENT: break
            default: throw .cannotListen(path: path, reason: SystemError.reason(error.code))
            }
        }
    }

    /// Takes the path away, if it is ours. The descriptor is closed by the server that owns it.
    func removePath() {
        guard let path else { return }
        let lock = DirectoryLock(of: path)
        defer { lock?.release() }
        if FileIdentity(of: path) == file { Environment.removeFile(path) }
    }
}

/// Why a socket could not be served.
enum SocketError: Error, Equatable, CustomStringConvertible {
    case inUse(path: String)
    case notASocket(path: String)
    case cannotListen(path: String, reason: String)
    case inheritedIsNoListener(name: String)
    case inheritedTwice(name: String)

    var description: String {
        switch self {
        case .inUse(let path):
            "another daemon is serving \(path): stop it first, or start this one with another --runtime-directory"
        case .notASocket(let path):
            "\(path) exists and is not a socket: it was left alone; move it, or choose another path under `listen:`"
        case .cannotListen(let path, let reason):
            "cannot listen on \(path): \(reason)"
        case .inheritedIsNoListener(let name):
            "the descriptor that systemd passed as '\(name)' is not a listening stream socket: "
                + "use ListenStream= in the socket unit"
        case .inheritedTwice(let name):
            "systemd passed two sockets as '\(name)': one ListenStream= in each socket unit, please"
        }
    }
}
