// The tables of forecasts by name. All that they hold is derived from samples, or was told when it happened; so a damaged
// page in one of them costs what lies on it, and stops neither the commits of samples nor the other tables.

/// A table of which the store can do without.
public enum ForecastTable: String, Sendable, CaseIterable {
    /// Series and steps; all others hang on it.
    case grid
    /// The newest forecasts.
    case latest = "forecast_latest"
    /// Forecasts of the past.
    case fan = "forecast_fan"
    /// Sums of errors.
    case skill
    /// Models.
    case model
    /// What pipelines remember.
    case state
    /// Alerts as they are.
    case alert
    /// Alerts as they were.
    case alertHistory = "alert_history"
    /// What people say about a stretch of time.
    case mark
}
