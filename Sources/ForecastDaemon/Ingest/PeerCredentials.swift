// SO_PEERCRED through NIO's own socket options, so that no descriptor leaves its event loop.

import CPlatform
import Glibc
import NIOCore

extension Channel {
    /// The process at the other end; nil where there is none to name (TCP).
    func peer() -> EventLoopFuture<Peer?> {
        guard let options = self as? any SocketOptionProvider, case .unixDomainSocket? = localAddress else {
            return eventLoop.makeSucceededFuture(nil)
        }
        let raw: EventLoopFuture<platform_peer> = options.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED))
        return raw.map { Peer($0) }
    }
}
