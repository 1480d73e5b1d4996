// The composition root: from flags to a running daemon. It is the only place where parts are built and joined. The API
// comes first and answers 503 until the store is open; then store, training, forecasting and ingest; then READY=1. They
// stop in reverse, within five seconds, whatever a silent client does.

import Glibc
import Logging
import SeriesStore
import ServiceLifecycle
import UnixSignals

/// The daemon.
public enum Daemon {
    /// Clients of a stopping daemon have this long; then their connections are cut and the store commits.
    private static let longestDrain: Duration = .seconds(4)

    /// Runs until SIGTERM or SIGINT. A second one ends the process at once.
    ///
    /// - Throws: `StartError` where it cannot start.
    public static func run(_ options: RunOptions) async throws {
        MemorySettings.apply()
        let configuration = try loadConfiguration(options)
        LoggingSystem.bootstrap { DaemonLogHandler(label: $0) }
        var logger = Logger(label: "forecastd")
        logger.logLevel = Logger.Level(configuration.value.logLevel)
        let notifier = Notifier(processID: getpid())
        let (directories, sockets) = try places(options, configuration.value)
        for name in sockets.unknown {
            logger.warning("systemd passed a socket as '\(name)', which nobody here serves: it was closed")
        }
        let loops = EventLoops()
        let parts = CoreParts(
            configuration: configuration, directories: directories, notifier: notifier, loops: loops,
            ingest: sockets.ingest, logger: logger)
        let core = Core(parts)
        let api = APIServer(
            socket: sockets.api, group: loops.group, connectionLimit: configuration.value.limits.connections,
            responder: core.router.responder(), logger: logger)
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: ImpatientEnd(logger: logger), successTerminationBehavior: .ignore),
                .init(service: api, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(
                    service: core, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger))
        group.maximumGracefulShutdownDuration = longestDrain
        defer { sockets.api.removePath() }
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as ServiceGroupError {
            logger.notice("stopped before every client was done: \(error)")
        } catch is CancellationError {
            // The core was cut off in the middle of something: a catch-up, a fan to be written. The store has committed.
            logger.notice("stopped before all was done: what is left is taken up at the next start")
        }
        await loops.shutdown()
        if let failure = core.failure { throw failure }
        logger.info("stopped; the store is \(directories.store)")
    }

    /// Lifecycle's own account of starting and stopping services is for debugging.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private static func loadConfiguration(_ options: RunOptions) throws(StartError) -> ConfigurationBox {
        do throws(ConfigurationError) {
            return try ConfigurationBox(flag: options.configuration)
        } catch {
            throw .configuration("\(error)")
        }
    }

    private struct Sockets {
        let ingest: ListeningSocket
        let api: ListeningSocket
        let unknown: [String]
    }

    private static func places(
        _ options: RunOptions, _ configuration: Configuration
    ) throws(StartError) -> (Directories, Sockets) {
        do {
            let directories = try Directories.resolve(
                state: options.stateDirectory, runtime: options.runtimeDirectory)
            let names: Set = ["ingest", "api"]
            let inherited = try InheritedSockets.take(names: names)
            if inherited.listeners.count < names.count { try directories.makeRuntime() }
            func socket(_ name: String, _ path: String) throws(SocketError) -> ListeningSocket {
                try inherited.listener(
                    name, orAt: Configuration.path(path, runtimeDirectory: directories.runtime), mode: 0o660)
            }
            let api = try socket("api", configuration.listen.api)
            let ingest = try socket("ingest", configuration.listen.ingest)
            return (directories, Sockets(ingest: ingest, api: api, unknown: inherited.unknown))
        } catch let error as SocketError {
            switch error {
            case .inUse: throw .inUse("\(error)")
            case .notASocket, .cannotListen, .inheritedIsNoListener, .inheritedTwice: throw .permission("\(error)")
            }
        } catch {
            throw .permission("\(error)")
        }
    }
}
