// Sockets that systemd passes: taken by name, checked, and never given on. Real descriptors in this process stand for
// systemd's.

import Glibc
import TestSupport
import Testing

@testable import ForecastDaemon

/// systemd passes descriptors 3, 4, …; a test process has its own there, so these are moved to the end of what it may
/// have: whatever number stood lower, the stores of other tests would have it one day, and lose it to these.
@Suite("Inherited sockets", .serialized) struct InheritedSocketsTests {
    private static let first: CInt = {
        var limit = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // The kernel's own limit, fs.nr_open, is at least this (proc_sys_fs(5)).
        limit.rlim_cur = min(limit.rlim_max, 1 << 20)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return CInt(limit.rlim_cur) - 16
    }()
    private static let names: Set = ["ingest", "api"]

    /// Runs `body` with listening sockets at the first numbers, one for each path in a folder of its own.
    private func withListeners(_ count: CInt, _ body: (String) throws -> Void) throws {
        try TemporaryFolder.with { folder in
            for index in 0..<count {
                let made = try ListeningSocket.make(at: folder + "/\(index)", mode: 0o600)
                dup2(made.descriptor, Self.first + index)
                close(made.descriptor)
            }
            defer { for index in 0..<count { close(Self.first + index) } }
            try body(folder)
        }
    }

    private func sorted(_ count: CInt, called: String) throws(SocketError) -> InheritedSockets {
        try InheritedSockets.sorted(count, from: Self.first, called: called, known: Self.names)
    }

    @Test("they are taken by name, whatever their order")
    func byName() throws {
        try withListeners(2) { folder in
            let (one, other) = (try sorted(2, called: "ingest:api"), try sorted(2, called: "api:ingest"))
            #expect(one.listeners == ["ingest": Self.first, "api": Self.first + 1])
            #expect(other.listeners == ["api": Self.first, "ingest": Self.first + 1])
        }
    }

    @Test("they do not pass on to programs that we start")
    func closeOnExec() throws {
        try withListeners(1) { _ in
            _ = try sorted(1, called: "ingest")
            #expect(fcntl(Self.first, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test("a name that nobody knows is closed and told")
    func unknown() throws {
        try withListeners(2) { folder in
            let sockets = try sorted(2, called: "metrics:ingest")
            #expect(sockets.unknown == ["metrics"])
            #expect(sockets.listeners == ["ingest": Self.first + 1])
            #expect(fcntl(Self.first, F_GETFD) == -1)
        }
    }

    @Test("a descriptor without a name is unknown, not somebody's")
    func nameless() throws {
        try withListeners(2) { _ in
            let sockets = try sorted(2, called: "ingest")
            #expect(sockets.unknown == ["unknown"])
        }
    }

    @Test("two sockets of one name are refused: clients of the second would wait for ever")
    func twice() throws {
        try withListeners(2) { _ in
            #expect(throws: SocketError.inheritedTwice(name: "ingest")) { try sorted(2, called: "ingest:ingest") }
        }
    }

    @Test("what does not listen is refused, by name", arguments: ["a connection", "a file", "nothing"])
    func noListener(what: String) throws {
        try withListeners(1) { folder in
            switch what {
            case "a connection":
                guard case .success(let client) = UnixSocket.connect(to: folder + "/0") else {
                    Issue.record("the test's own socket does not accept")
                    return
                }
                dup2(client, Self.first)
                close(client)
            case "a file": dup2(2, Self.first)
            default: close(Self.first)
            }
            #expect(throws: SocketError.inheritedIsNoListener(name: "api")) { try sorted(1, called: "api") }
        }
    }

    @Test("an inherited socket is used instead of a path, and its name in the file system is not ours to remove")
    func instead() throws {
        try withListeners(1) { folder in
            let socket = try sorted(1, called: "ingest").listener("ingest", orAt: folder + "/other", mode: 0o600)
            #expect(socket.descriptor == Self.first)
            #expect(FileMode.of(folder + "/other") == nil)
            socket.removePath()
            #expect(FileMode.of(folder + "/0") != nil)
        }
    }

    @Test("without one the path is made")
    func made() throws {
        try TemporaryFolder.with { folder in
            let socket = try InheritedSockets().listener("ingest", orAt: folder + "/made", mode: 0o600)
            defer { close(socket.descriptor) }
            #expect(FileMode.of(folder + "/made") == 0o600)
        }
    }
}
