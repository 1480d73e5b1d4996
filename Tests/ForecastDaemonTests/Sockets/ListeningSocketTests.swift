// Making a socket at a path: its mode, what lies there already, and whose it is to remove at the end.

import Glibc
import TestSupport
import Testing

@testable import ForecastDaemon

@Suite("Listening sockets") struct ListeningSocketTests {
    @Test("the mode stands from the first moment on")
    func mode() throws {
        try TemporaryFolder.with { folder in
            let socket = try ListeningSocket.make(at: folder + "/a.sock", mode: 0o660)
            #expect(FileMode.of(folder + "/a.sock") == 0o660)
            close(socket.descriptor)
        }
    }

    @Test("a stale socket is replaced")
    func stale() throws {
        try TemporaryFolder.with { folder in
            close(try ListeningSocket.make(at: folder + "/a.sock", mode: 0o600).descriptor)
            let again = try ListeningSocket.make(at: folder + "/a.sock", mode: 0o600)
            close(again.descriptor)
        }
    }

    @Test("a live socket is left alone, and the sentence says what to do")
    func live() throws {
        try TemporaryFolder.with { folder in
            let first = try ListeningSocket.make(at: folder + "/a.sock", mode: 0o600)
            defer { close(first.descriptor) }
            #expect(throws: SocketError.inUse(path: folder + "/a.sock")) {
                try ListeningSocket.make(at: folder + "/a.sock", mode: 0o600)
            }
            guard case .success(let client) = UnixSocket.connect(to: folder + "/a.sock") else {
                Issue.record("the first socket no longer accepts")
                return
            }
            close(client)
        }
    }

    @Test("a socket that another daemon has made in the meantime is not taken away at the end")
    func replaced() throws {
        try TemporaryFolder.with { folder in
            let path = folder + "/a.sock"
            let first = try ListeningSocket.make(at: path, mode: 0o600)
            close(first.descriptor)  // the old daemon has stopped accepting
            let second = try ListeningSocket.make(at: path, mode: 0o600)
            defer { close(second.descriptor) }
            first.removePath()
            #expect(FileMode.of(path) == 0o600)
            second.removePath()
            #expect(FileMode.of(path) == nil)
        }
    }

    @Test("a file that is no socket is never removed")
    func ordinaryFile() throws {
        try TemporaryFolder.with { folder in
            let path = folder + "/precious"
            TemporaryFolder.write("data", to: path)
            #expect(throws: SocketError.notASocket(path: path)) {
                try ListeningSocket.make(at: path, mode: 0o600)
            }
            #expect(SourceTree.contents(of: path) == "data")
        }
    }
}
