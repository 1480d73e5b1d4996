// A YAML file to a `Configuration`: every key known, every value of its type, every complaint with its place.
//
// Yams composes the tree of nodes, which remember line and column; from there on the list of settings decides. Keys
// that are not in it are errors, since a misspelt `retention` would otherwise delete data that somebody thought safe.

import FoundationEssentials
import SeriesStore
import Yams

extension Configuration {
    /// Read where no other file is named.
    static let systemPath = "/etc/forecastd/forecastd.yaml"

    /// The file that is named, else the system's if there is one, else defaults. It is looked for at each call: the
    /// system's file may have come, or gone, since the last.
    package static func load(flag path: String?) throws(ConfigurationError) -> Configuration {
        guard let path = path ?? (Environment.exists(systemPath) ? systemPath : nil) else { return .default }
        return try load(path: path)
    }

    /// Reads a file.
    ///
    /// - Throws: all that is wrong with it, or that it cannot be read.
    public static func load(path: String) throws(ConfigurationError) -> Configuration {
        guard let data = FileManager.default.contents(atPath: path) else {
            let reason =
                FileManager.default.fileExists(atPath: path) ? "the file cannot be read" : "there is no such file"
            throw ConfigurationError(problems: [
                ConfigurationProblem(file: path, line: 0, column: 0, key: "", reason: reason, hint: "")
            ])
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigurationError(problems: [
                ConfigurationProblem(file: path, line: 0, column: 0, key: "", reason: "the file is not UTF-8", hint: "")
            ])
        }
        return try Configuration(parsing: text, file: path, isTimeZone: Self.isTimeZone)
    }

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - file: its name, for messages.
    ///   - isTimeZone: whether an IANA name is known on this machine.
    public init(
        parsing text: String, file: String, isTimeZone: (String) -> Bool = Configuration.isTimeZone
    ) throws(ConfigurationError) {
        self.init()
        var reader = ConfigurationReader(file: file, text: text)
        reader.read(into: &self, isTimeZone: isTimeZone)
        if !reader.problems.isEmpty {
            throw ConfigurationError(problems: reader.problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
        }
    }

    /// Whether this machine's zoneinfo has a zone of this name.
    public static func isTimeZone(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "/_+-".utf8.contains(byte)
        }
        guard isPlain, !name.isEmpty, !name.hasPrefix("/") else { return false }
        guard let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/" + name) else { return false }
        // TZif files begin so; the folder has tables as well.
        return data.starts(with: "TZif".utf8)
    }
}

/// A place in a file, both 1-based; line 0 where none is known. (Yams' marks cannot be made outside Yams.)
private struct Place {
    let line: Int
    let column: Int

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }
}

/// One file being read; collects problems.
private struct ConfigurationReader {
    let file: String
    let text: String
    var problems: [ConfigurationProblem] = []

    init(file: String, text: String) {
        self.file = file
        self.text = text
    }

    mutating func read(into configuration: inout Configuration, isTimeZone: (String) -> Bool) {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch let error as YamlError {
            complain(of: error)
            return
        } catch {
            complain(nil, "", "not YAML: \(error)")
            return
        }
        // An empty file, or one of comments, is the default.
        guard let root else { return }
        if let scalar = root.scalar, scalar.string.isEmpty { return }
        var marks: [String: Mark] = [:]
        section(root, "", into: &configuration, marks: &marks)
        if case .named(let name) = configuration.timeZone, !isTimeZone(name) {
            complain(
                marks["time_zone"], "time_zone", "`\(name)` is not in /usr/share/zoneinfo",
                hint: "local, or a name such as Europe/Berlin")
        }
        if configuration.training.atLeastApart > configuration.training.atMostApart {
            complain(
                marks["training.at_least_apart"] ?? marks["training.at_most_apart"], "training.at_least_apart",
                "is longer than at_most_apart (\(Durations.compact(configuration.training.atMostApart)))")
        }
    }

    private mutating func complain(_ mark: Mark?, _ key: String, _ reason: String, hint: String = "") {
        complain(at: mark.map { Place($0) } ?? Place(line: 0, column: 0), key, reason, hint: hint)
    }

    private mutating func complain(at place: Place, _ key: String, _ reason: String, hint: String = "") {
        problems.append(
            ConfigurationProblem(
                file: file, line: place.line, column: place.column, key: key, reason: reason, hint: hint))
    }

    /// A mapping whose keys begin with `path`.
    private mutating func section(
        _ node: Node, _ path: String, into configuration: inout Configuration, marks: inout [String: Mark]
    ) {
        guard let mapping = node.mapping else {
            let isEmpty = node.scalar?.string.isEmpty ?? false
            // `store:` with nothing below it is what is left when all its lines are commented out.
            if !isEmpty {
                complain(node.mark, path, "keys are expected here", hint: "key: value, indented")
            }
            return
        }
        let known = ConfigurationSetting.keys(in: path)
        for (keyNode, value) in mapping {
            guard let key = keyNode.scalar?.string else {
                complain(keyNode.mark, path, "a key is expected here")
                continue
            }
            let full = path.isEmpty ? key : path + "." + key
            if path.isEmpty, key == "series" {
                rules(value, into: &configuration)
            } else if let setting = ConfigurationSetting.byPath[full] {
                read(setting, value, keyNode.mark, into: &configuration)
                marks[full] = value.mark
            } else if known.contains(key) {
                section(value, full, into: &configuration, marks: &marks)
            } else {
                complain(keyNode.mark, full, "unknown key", hint: meant(key, in: path))
            }
        }
    }

    /// The nearest key here, or the section where a key of this name is known.
    private func meant(_ key: String, in path: String) -> String {
        let here = Values.suggestion(key, among: ConfigurationSetting.keys(in: path))
        if !here.isEmpty { return here }
        let elsewhere = ConfigurationSetting.all.map(\.path).filter { $0.hasSuffix("." + key) }
        if let first = elsewhere.first { return "\(first)?" }
        return "known here: " + ConfigurationSetting.keys(in: path).joined(separator: ", ")
    }

    private mutating func read(
        _ setting: ConfigurationSetting, _ node: Node, _ keyMark: Mark?, into configuration: inout Configuration
    ) {
        guard let scalar = node.scalar else {
            complain(node.mark, setting.path, "a single value is expected")
            return
        }
        if scalar.string.isEmpty {
            complain(keyMark, setting.path, "the value is missing", hint: "default: \(setting.print(.default))")
            return
        }
        do throws(ValueError) {
            try setting.read(scalar.string, &configuration)
            configuration.origins[setting.path] = .file(file, line: scalar.mark?.line ?? 0)
        } catch {
            complain(node.mark, setting.path, error.reason, hint: error.hint)
        }
    }

    private mutating func rules(_ node: Node, into configuration: inout Configuration) {
        if let scalar = node.scalar, scalar.string.isEmpty { return }
        guard let sequence = node.sequence else {
            complain(node.mark, "series", "a list is expected", hint: "- match: 'disk_*'")
            return
        }
        for (index, element) in sequence.enumerated() {
            if let rule = rule(element, "series[\(index)]") {
                configuration.series.append(rule)
                configuration.origins["series[\(index)]"] = .file(file, line: element.mark?.line ?? 0)
            }
        }
    }

    private mutating func rule(_ node: Node, _ path: String) -> SeriesRule? {
        guard let mapping = node.mapping else {
            complain(node.mark, path, "keys are expected here", hint: "match: 'disk_*'")
            return nil
        }
        var selector: Selector?
        var settings = SeriesSettings()
        let problemsBefore = problems.count
        for (keyNode, value) in mapping {
            guard let key = keyNode.scalar?.string, SeriesSettings.keys.contains(key) else {
                let key = keyNode.scalar?.string ?? ""
                let close = Values.suggestion(key, among: SeriesSettings.keys)
                let all = "known here: " + SeriesSettings.keys.joined(separator: ", ")
                complain(keyNode.mark, "\(path).\(key)", "unknown key", hint: close.isEmpty ? all : close)
                continue
            }
            guard let text = value.scalar?.string, !text.isEmpty else {
                complain(value.mark ?? keyNode.mark, "\(path).\(key)", "a single value is expected")
                continue
            }
            if key == "match" {
                do throws(SelectorError) {
                    selector = try Selector(parsing: text)
                } catch {
                    complain(value.mark, "\(path).match", error.description)
                }
                continue
            }
            do throws(ValueError) {
                try settings.set(key, text)
            } catch {
                complain(value.mark, "\(path).\(key)", error.reason, hint: error.hint)
            }
        }
        if let step = settings.step, let horizon = settings.horizon {
            let place = mapping.first { $0.key.scalar?.string == "horizon" }?.value.mark
            if horizon < step {
                complain(place, "\(path).horizon", "is shorter than a step (\(Durations.compact(step)))")
            } else if horizon.components.seconds / step.components.seconds > GridChoice.mostSteps {
                complain(
                    place, "\(path).horizon", "is more than \(GridChoice.mostSteps) steps of \(Durations.compact(step))",
                    hint: "a longer step, or at most \(Durations.compact(step * Int(GridChoice.mostSteps)))")
            }
        }
        if selector == nil, problems.count == problemsBefore {
            complain(node.mark, path, "`match` is missing", hint: "match: 'disk_*'")
        }
        return selector.map { SeriesRule(matches: $0, settings: settings) }
    }

    private mutating func complain(of error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let while_ = context.map { ", \($0.text)" } ?? ""
            complain(mark, "", "not YAML: \(problem)\(while_)", hint: hint(for: problem, at: mark))
        case .duplicatedKeysInMapping(let duplicates, let context):
            for key in duplicates {
                complain(at: secondPlace(of: key, from: context.mark), key, "the key stands twice in one section")
            }
        case .reader(let problem, _, _, _): complain(nil, "", "not YAML: \(problem)")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            complain(nil, "", "not YAML: \(error)")
        }
    }

    private func hint(for problem: String, at mark: Mark) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(mark.line - 1) else { return "" }
        let line = lines[mark.line - 1]
        if line.contains("\t") { return "YAML is indented with spaces, not tabs" }
        if line.contains(": *") || line.contains(": %") || line.contains(": @") {
            return "a value that begins with * % or @ stands in quotes"
        }
        return ""
    }

    /// Yams names the mapping, not the key: the second line at or below it that begins with the key, or the second
    /// place in the same line.
    private func secondPlace(of key: String, from mark: Mark) -> Place {
        var found = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if index < mark.line - 1 { continue }
            let characters = Array(line.prefix { $0 != "#" })
            let wanted = Array(key)
            for start in characters.indices where characters[start...].starts(with: wanted) {
                let isStart = start == 0 || " {,'\"".contains(characters[start - 1])
                let behind = characters[(start + wanted.count)...].drop { " '\"".contains($0) }
                guard isStart, behind.first == ":" else { continue }
                found += 1
                if found == 2 { return Place(line: index + 1, column: start + 1) }
            }
        }
        return Place(mark)
    }
}
