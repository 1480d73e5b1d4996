// The version of this build: the one place where it is written.

/// What was built.
package enum Build {
    /// Semantic version of the next or present release.
    package static let version = "0.1.0"
}
