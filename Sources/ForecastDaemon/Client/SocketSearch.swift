// Where the daemon's sockets are, and which one a command means when several daemons run.
//
// The order is part of the interface (`--socket`, FORECASTD_SOCKET, the user's own runtime directory, /run). A path
// that was named by flag or environment is meant: nothing else is tried, so that a typing error never answers from
// another daemon. Otherwise the first that accepts a connection wins, and a second live one is mentioned.
internal import FoundationEssentials
internal import Glibc

/// Finds a daemon's socket.
package struct SocketSearch: Sendable {
    /// Which of the daemon's two sockets is looked for.
    package enum Door: String, Sendable {
        case api = "api.sock"
        case ingest = "ingest.sock"
    }

    /// A connected socket, where it was found, and what the user should know about the choice.
    package struct Found: ~Copyable {
        package let descriptor: Descriptor
        package let path: String
        /// `two daemons are live: using A, not B`, where that is so.
        package let note: String?

        /// Gives the descriptor away.
        package consuming func take() -> Descriptor { descriptor }
    }

    /// Paths in the order they are tried.
    package let candidates: [String]
    /// The one in a folder that anyone may write to: believed only if this user listens there. It is where a daemon
    /// without XDG_RUNTIME_DIR puts its sockets.
    private let shared: String?

    /// - Parameters:
    ///   - flag: the value of `--socket`, if given.
    ///   - environment: of this process.
    package init(door: Door, flag: String?, environment: [String: String] = ProcessInfo.processInfo.environment) {
        // The variable names the API's socket; the ingest socket lies beside it.
        var variable = environment["FORECASTD_SOCKET"]
        if door == .ingest, let api = variable, let slash = api.lastIndex(of: "/") {
            variable = api[...slash] + door.rawValue
        }
        if let named = flag ?? variable, !named.isEmpty {
            candidates = [named]
            self.shared = nil
            return
        }
        var paths: [String] = []
        var shared: String?
        if let runtime = environment["XDG_RUNTIME_DIR"], !runtime.isEmpty {
            paths.append("\(runtime)/forecastd/\(door.rawValue)")
        } else if geteuid() != 0 {
            paths.append("\(environment["TMPDIR"] ?? "/tmp")/forecastd-\(geteuid())/\(door.rawValue)")
            shared = paths.last
        }
        paths.append("/run/forecastd/\(door.rawValue)")
        candidates = paths
        self.shared = shared
    }

    /// Connects to the first candidate that answers.
    ///
    /// - Throws: `.noPermission` if one is there that may not be used and none other answers, else `.noDaemon`.
    package func connect() throws(ClientError) -> Found {
        var forbidden: String?
        for (index, path) in candidates.enumerated() {
            do throws(DescriptorError) {
                let descriptor = try Descriptor.connect(to: path)
                if path == shared, descriptor.peerUser != geteuid() { continue }
                return Found(descriptor: descriptor, path: path, note: note(using: path, after: index))
            } catch {
                if error.code == EACCES || error.code == EPERM { forbidden = forbidden ?? path }
            }
        }
        guard let forbidden else { throw .noDaemon(tried: candidates) }
        throw .noPermission(path: forbidden, user: Accounts.ownName, group: Accounts.group(opening: forbidden))
    }

    private func note(using path: String, after index: Int) -> String? {
        for other in candidates.dropFirst(index + 1) where (try? Descriptor.connect(to: other)) != nil {
            return "two daemons are live: using \(path), not \(other) (choose with --socket)"
        }
        return nil
    }
}
