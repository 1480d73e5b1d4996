// Who is at the other end of a Unix socket. Limits, logs and series rows name clients by it; the daemon trusts the
// kernel for it (SO_PEERCRED), never the client.

import CPlatform

/// A client's process, as the kernel knew it when the connection was made.
struct Peer: Sendable, Hashable, CustomStringConvertible {
    let pid: Int32
    let uid: UInt32
    let gid: UInt32

    init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }

    init(_ raw: platform_peer) {
        self.init(pid: raw.pid, uid: raw.uid, gid: raw.gid)
    }

    var description: String { "uid \(uid), gid \(gid), pid \(pid)" }
}
