// One line of line protocol, written: measurement, tags, fields. Escapes what the grammar says must be escaped, and
// leaves out values that are not finite, since the grammar has no word for them.

/// A line being made.
struct MetricLine {
    private let head: String
    private var fields = ""

    /// - Parameter tags: in the order given; empty values are left out.
    init(_ measurement: String, _ tags: [(String, String)]) {
        var head = MetricLine.escaped(measurement)
        for (name, value) in tags where !value.isEmpty {
            head += ",\(MetricLine.escaped(name))=\(MetricLine.escaped(value))"
        }
        self.head = head
    }

    /// Adds a whole number (`7i`).
    mutating func add(_ name: String, _ value: Int64) { append(name, "\(value)i") }

    /// Adds a number.
    mutating func add(_ name: String, _ value: Double) {
        if value.isFinite { append(name, "\(value)") }
    }

    /// The line with its end; nothing if no field was added.
    ///
    /// - Parameter time: nanoseconds since 1970.
    func written(at time: Int64) -> String { fields.isEmpty ? "" : "\(head) \(fields) \(time)\n" }

    private mutating func append(_ name: String, _ text: String) {
        fields += fields.isEmpty ? "\(name)=\(text)" : ",\(name)=\(text)"
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            if character == "," || character == " " || character == "=" { out.append("\\") }
            out.append(character == "\n" ? " " : character)
        }
        return out
    }
}
