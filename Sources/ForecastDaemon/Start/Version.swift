// The one place where the version stands.

/// The version of this build.
public enum Version {
    /// As `forecastd version` prints it; the newest heading of CHANGELOG.md.
    public static let current = "0.1.0"
}
