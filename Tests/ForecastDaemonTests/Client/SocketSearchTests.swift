// Where a command looks for the daemon, in which order, and the sentences with exit codes where nobody answers there.

import Testing

@testable import ForecastDaemon

@Suite("Where the daemon is looked for") struct SocketSearchTests {
    @Test("a flag comes before the environment, and nothing else is tried after it")
    func flag() {
        let environment = ["FORECASTD_SOCKET": "/b", "XDG_RUNTIME_DIR": "/x"]
        #expect(SocketSearch(door: .api, flag: "/a", environment: environment).candidates == ["/a"])
        #expect(SocketSearch(door: .api, flag: nil, environment: environment).candidates == ["/b"])
    }

    @Test("the ingest socket lies beside the API's")
    func ingest() {
        let search = SocketSearch(door: .ingest, flag: nil, environment: ["FORECASTD_SOCKET": "/a/b/api.sock"])
        #expect(search.candidates == ["/a/b/ingest.sock"])
    }

    @Test("the user's own daemon comes before the system's")
    func order() {
        let search = SocketSearch(door: .ingest, flag: nil, environment: ["XDG_RUNTIME_DIR": "/run/user/7"])
        #expect(search.candidates == ["/run/user/7/forecastd/ingest.sock", "/run/forecastd/ingest.sock"])
    }

    @Test("without a daemon the sentence names the paths tried and the command that starts one, with code 69")
    func noDaemon() {
        let search = SocketSearch(door: .api, flag: "/nonexistent/api.sock", environment: [:])
        #expect {
            _ = try search.connect()
        } throws: { error in
            let failure = error as? any CommandFailure
            let text = failure?.description ?? ""
            return failure?.exitCode == 69 && text.contains("/nonexistent/api.sock") && text.contains("forecastd run")
        }
    }

    @Test("a path longer than a socket address is refused, not cut")
    func longPath() {
        let path = "/" + String(repeating: "a", count: 200)
        #expect(throws: DescriptorError.self) { _ = try Descriptor.connect(to: path) }
    }

    @Test("without permission the sentence is the command that gives it, with code 77")
    func permission() {
        let error = ClientError.noPermission(path: "/run/forecastd/api.sock", user: "ann", group: "metrics")
        #expect(error.exitCode == 77)
        #expect(error.description.contains("sudo usermod -aG metrics ann"))
    }

    @Test("no advice names a user or a group that is not there")
    func noSuchAccount() {
        let path = "/run/forecastd/api.sock"
        let nameless = ClientError.noPermission(path: path, user: nil, group: "metrics").description
        #expect(!nameless.contains("usermod") && nameless.contains("group metrics"))
        let closed = ClientError.noPermission(path: path, user: "ann", group: nil).description
        #expect(!closed.contains("usermod") && closed.contains("sudo"))
    }
}
