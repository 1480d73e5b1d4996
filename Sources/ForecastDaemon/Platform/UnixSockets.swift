// The socket calls of CPlatform under Swift names: strings in, descriptors or error numbers out. What is done with them
// is decided in Sockets/, Systemd/ and Client/.

import CPlatform

/// System calls on Unix sockets.
enum UnixSocket {
    /// A listening stream socket with its mode in force before the first client; the errno where it fails.
    static func listen(at path: String, mode: UInt32, backlog: CInt) -> Result<CInt, SystemError> {
        var code: CInt = 0
        let descriptor = unsafe platform_listen_unix(path, mode, backlog, &code)
        return descriptor >= 0 ? .success(descriptor) : .failure(SystemError(doing: "listen on \(path)", code: code))
    }

    /// A connected stream socket; the errno where it fails.
    static func connect(to path: String) -> Result<CInt, SystemError> {
        var code: CInt = 0
        let descriptor = unsafe platform_connect_unix(path, &code)
        return descriptor >= 0 ? .success(descriptor) : .failure(SystemError(doing: "connect to \(path)", code: code))
    }

    /// Listens again on a listening socket, for a longer queue of waiting clients.
    static func listenAgain(_ descriptor: CInt, backlog: CInt) { _ = platform_listen_again(descriptor, backlog) }

    /// One datagram; a leading `@` means the abstract name space. False when it could not be sent whole.
    @discardableResult
    static func send(_ bytes: [UInt8], to address: String) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe platform_send_datagram(address, $0.baseAddress, $0.count) } == 0
    }
}
