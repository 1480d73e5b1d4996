// The small services of the core: each runs one part until a graceful shutdown.

import Logging
import SeriesStore
import ServiceLifecycle
import UnixSignals

/// Runs the store's commit loop; at the end everything that was accepted is committed and the file is closed.
struct StoreService: Service {
    let store: Store
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await store.run() }
        await store.close()
        for (chore, why) in store.health.failures { logger.error("\(chore.rawValue) failed: \(why)") }
    }
}

/// Joins training and forecasting, which do not know each other.
struct TrainingLoop: Service {
    let training: TrainingService
    let forecasting: ForecastingService

    func run() async throws {
        await training.run(
            TrainingService.Ends(
                prepare: { await forecasting.prepare($0) }, finish: { await forecasting.finish($0, $1) }))
    }
}

/// SIGHUP reads the configuration again.
struct ReloadOnHangup: Service {
    let reload: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) { await reload() }
        }
    }
}

extension Store.Options {
    /// `store` and `forecasts` of the configuration.
    init(_ configuration: Configuration) {
        let (store, forecasts) = (configuration.store, configuration.forecasts)
        self.init(
            groupCommit: store.groupCommit, flushAge: store.flushAge, cacheBytes: Int(store.cache),
            retention: store.retention, maxBytes: Int(store.maximumSize), keepFree: store.keepFree / 100)
        rules = configuration.series.map { rule in
            Store.Options.Rule(
                matches: rule.matches, retention: rule.settings.retention,
                maxBytes: rule.settings.maximumSize.map(Int.init))
        }
        tiers = store.tiers.map { Store.Options.Tier(stepSeconds: $0.step.components.seconds, keep: $0.keep) }
        self.forecasts.budget = forecasts.budget / 100
        self.forecasts.fine = forecasts.fine
        self.forecasts.coarse = forecasts.coarse
        self.forecasts.record = forecasts.record
    }
}

extension SeriesTreatment {
    /// What the configuration's rules say of a series.
    init(_ settings: SeriesSettings) {
        absent = settings.absent.map { absent in
            switch absent {
            case .gap: .gap
            case .zero: .zero
            case .last: .last
            }
        }
        stepSeconds = settings.step.map { $0.components.seconds }
        horizonSeconds = settings.horizon.map { $0.components.seconds }
        watchesDrift = settings.drift ?? true
        trains = settings.train ?? true
    }
}

extension Logger.Level {
    /// The level of the configuration.
    init(_ level: Configuration.LogLevel) {
        switch level {
        case .trace: self = .trace
        case .debug: self = .debug
        case .info: self = .info
        case .notice: self = .notice
        case .warning: self = .warning
        case .error: self = .error
        case .critical: self = .critical
        }
    }
}
