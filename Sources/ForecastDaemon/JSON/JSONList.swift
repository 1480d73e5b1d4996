// A JSON array whose elements come one after another with waiting in between, as answers about many series do.

/// Collects the elements of one array.
public struct JSONList: Sendable {
    private var rows: [[UInt8]] = []

    /// No elements.
    public init() {}

    /// Adds the element that `body` writes.
    public mutating func add(_ body: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        body(&json)
        rows.append(json.bytes)
    }

    /// The whole array.
    public var bytes: [UInt8] {
        var json = JSONWriter(reservingCapacity: rows.reduce(2) { $0 + $1.count + 1 })
        json.array { json in for row in rows { json.raw(row) } }
        return json.bytes
    }
}
