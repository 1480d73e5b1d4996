// What `check-config` prints and what a reload says: every value with its origin, and what differs.

import SeriesStore

extension Configuration {
    /// One key as it is in force.
    public struct Effective: Sendable, Equatable {
        /// `store.retention`, or `series[0].kind`.
        public let key: String
        /// As it would be written.
        public let value: String
        /// Who said so.
        public let origin: ConfigurationOrigin
    }

    /// Every key with its value and where it was set, in the order of the documentation.
    public func effective() -> [Effective] {
        var result = ConfigurationSetting.all.map { setting in
            Effective(key: setting.path, value: setting.print(self), origin: origins[setting.path] ?? .default)
        }
        for (index, rule) in series.enumerated() {
            let path = "series[\(index)]"
            let origin = origins[path] ?? .default
            result.append(Effective(key: path + ".match", value: rule.matches.description, origin: origin))
            for (key, value) in rule.settings.lines {
                result.append(Effective(key: "\(path).\(key)", value: value, origin: origin))
            }
        }
        return result
    }

    /// One key that is not what it was.
    public struct Difference: Sendable, Equatable, CustomStringConvertible {
        /// `store.cache`
        public let key: String
        /// As it would be written.
        public let before: String
        /// As it would be written.
        public let after: String
        /// A running daemon keeps the value before.
        public let needsRestart: Bool

        /// `store.cache: 8MB -> 16MB (after a restart)`
        public var description: String {
            "\(key): \(before) -> \(after)" + (needsRestart ? " (after a restart)" : "")
        }
    }

    /// What this configuration changes against the one in force.
    public func differences(from old: Configuration) -> [Difference] {
        var result: [Difference] = []
        for setting in ConfigurationSetting.all {
            let before = setting.print(old)
            let after = setting.print(self)
            if before != after {
                result.append(
                    Difference(key: setting.path, before: before, after: after, needsRestart: setting.needsRestart))
            }
        }
        if series != old.series {
            result.append(
                Difference(
                    key: "series", before: "\(old.series.count) rules", after: "\(series.count) rules",
                    needsRestart: false))
        }
        return result
    }

    /// This configuration with the values in force for all that needs a restart: what a running daemon goes on with.
    public func keepingWhatNeedsRestart(of old: Configuration) -> Configuration {
        var result = self
        for setting in ConfigurationSetting.all where setting.needsRestart {
            // What was printed is read back: `print` and `read` are each other's inverse, which a test holds.
            try? setting.read(setting.print(old), &result)
        }
        return result
    }
}
