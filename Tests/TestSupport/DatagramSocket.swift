// The other end of sd_notify: a Unix datagram socket that a test owns.

import Glibc

/// A bound datagram socket; closed when it goes.
public struct DatagramSocket: ~Copyable {
    private let descriptor: CInt

    /// The address is taken or too long.
    public struct CannotBind: Error {}

    /// - Parameter address: a path, or `@` and a name in the abstract space.
    public init(at address: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { path in
            unsafe path.copyBytes(from: address.utf8)
            if address.hasPrefix("@") { unsafe path[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.utf8.count)
        let bound = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard bound == 0 else { throw CannotBind() }
    }

    deinit { close(descriptor) }

    /// The datagrams that have come, oldest first. Sending to a Unix socket puts them there before it returns.
    public func received() -> [String] {
        var messages: [String] = []
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count < 0 { return messages }
            messages.append(String(decoding: bytes[..<count], as: UTF8.self))
        }
    }
}
