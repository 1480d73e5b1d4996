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

    /// - Parameters:
    ///   - flag: the value of `--socket`, if given.
    ///   - environment: of this process.
    package init(door: Door, flag: String?, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let variable = environment[door == .api ? "FORECASTD_SOCKET" : "FORECASTD_INGEST_SOCKET"]
        if let named = flag ?? variable, !named.isEmpty {
            candidates = [named]
            return
        }
        var paths: [String] = []
        if let runtime = environment["XDG_RUNTIME_DIR"], !runtime.isEmpty {
            paths.append("\(runtime)/forecastd/\(door.rawValue)")
        }
        paths.append("/run/forecastd/\(door.rawValue)")
        candidates = paths
    }

    /// Connects to the first candidate that answers.
    ///
    /// - Throws: `.noPermission` if one is there that may not be used and none other answers, else `.noDaemon`.
    package func connect() throws(ClientError) -> Found {
        var forbidden: String?
        for (index, path) in candidates.enumerated() {
            do throws(DescriptorError) {
                let descriptor = try Descriptor.connect(to: path)
                return Found(descriptor: descriptor, path: path, note: note(using: path, after: index))
            } catch {
                if error.code == EACCES || error.code == EPERM { forbidden = forbidden ?? path }
            }
        }
        guard let forbidden else { throw .noDaemon(tried: candidates) }
        throw .noPermission(path: forbidden, user: SocketSearch.userName(), group: nil)
    }

    private func note(using path: String, after index: Int) -> String? {
        for other in candidates.dropFirst(index + 1) where (try? Descriptor.connect(to: other)) != nil {
            return "two daemons are live: using \(path), not \(other) (choose with --socket)"
        }
        return nil
    }

    static func userName() -> String {
        let environment = ProcessInfo.processInfo.environment
        return environment["USER"] ?? environment["LOGNAME"] ?? "uid \(getuid())"
    }
}
