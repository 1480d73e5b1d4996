// The query string of a request, read with clear refusals: which parameter, what it held, what it takes.

import Hummingbird
import SeriesStore

/// The parameters of one request.
struct Query: Sendable {
    private let parameters: Parameters

    /// - Parameter known: what the route takes. Anything else is refused: a misspelt `from` would answer another question.
    init(_ request: Request, taking known: [String]) throws(APIError) {
        parameters = request.uri.queryParameters
        for (name, _) in parameters where !known.contains(String(name)) {
            let taken = known.isEmpty ? "it takes none" : "it takes " + known.joined(separator: ", ")
            throw APIError(.badRequest, "\(name): this path has no such parameter; \(taken)")
        }
    }

    /// A parameter's text; nil when it is absent or empty.
    func text(_ name: String) -> String? {
        guard let value = parameters[name[...]], !value.isEmpty else { return nil }
        return String(value)
    }

    /// RFC 3339 or epoch seconds.
    func time(_ name: String) throws(APIError) -> Timestamp? {
        guard let text = text(name) else { return nil }
        do throws(InstantError) {
            return try Instants.parse(text)
        } catch {
            throw APIError(.badRequest, "\(name): \(error)")
        }
    }

    /// `from` and `to`, the end not included; nil where neither is given.
    func range() throws(APIError) -> Range<Timestamp>? {
        let (from, to) = (try time("from"), try time("to"))
        if from == nil, to == nil { return nil }
        let (lower, upper) = (from ?? .min, to ?? .max)
        guard lower < upper else { throw APIError(.badRequest, "from is not before to: there is nothing between") }
        return lower..<upper
    }

    /// A duration (`5m`, or plain seconds), in whole seconds.
    func duration(_ name: String) throws(APIError) -> Int64? {
        guard let text = text(name) else { return nil }
        if let seconds = Int64(text), seconds > 0 { return seconds }
        do throws(DurationError) {
            let seconds = try Durations.parse(text).components.seconds
            if seconds > 0 { return seconds }
        } catch {
            throw APIError(.badRequest, "\(name): \(error)")
        }
        throw APIError(.badRequest, "\(name): \(text) is less than a second")
    }

    /// A finite number.
    func number(_ name: String) throws(APIError) -> Double? {
        guard let text = text(name) else { return nil }
        guard let value = Double(text), value.isFinite else {
            throw APIError(.badRequest, "\(name): '\(text)' is not a number")
        }
        return value
    }

    /// How bins are made.
    func aggregate(_ name: String) throws(APIError) -> Aggregate? {
        guard let text = text(name) else { return nil }
        guard let aggregate = Aggregate(rawValue: text) else {
            let known = Aggregate.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError(.badRequest, "\(name): '\(text)' is not one of \(known)")
        }
        return aggregate
    }

    /// The series that `match` selects, in the order of their keys; without `match` all.
    ///
    /// - Throws: 400 for a selector that cannot be read, 404 with the nearest names where nothing matches.
    func series(of running: Running, required: Bool) throws(APIError) -> [SeriesInfo] {
        let catalogue = running.store.catalogue
        guard let match = text("match") else {
            if required { throw APIError(.badRequest, "match: which series? Give a name or a selector") }
            return catalogue.all().sorted { $0.key < $1.key }
        }
        let selector: Selector
        do throws(SelectorError) {
            selector = try Selector(parsing: match)
        } catch {
            throw APIError(.badRequest, "match: \(error)")
        }
        let found =
            Self.plainName(match).map { name in
                catalogue.named(name).filter { selector.matches($0.key) }
            } ?? catalogue.matching(selector)
        if found.isEmpty { throw noMatch(match, running) }
        return found.sorted { $0.key < $1.key }
    }

    /// The name that a selector begins with, where it names one and not a pattern: `disk` of `disk{path="/"}` and of
    /// `disk path=/`.
    private static func plainName(_ selector: String) -> String? {
        let name = selector.prefix { $0 != "{" && $0 != " " }
        let isPattern = name.contains { "*?[]\\\"'`=!~,\t\n".contains($0) }
        // What stands between name and brace is left to the selector.
        let isAlone = name.endIndex == selector.endIndex || selector[name.endIndex] == "{" || !selector.contains("{")
        return name.isEmpty || isPattern || !isAlone ? nil : String(name)
    }

    /// Series that a hint names.
    private static let mostNear = 6

    private func noMatch(_ match: String, _ running: Running) -> APIError {
        let catalogue = running.store.catalogue
        let wanted = match.prefix { $0 != "{" && $0 != " " && $0 != "=" }.filter { $0 != "*" }
        let names = NearestNames.nearest(to: String(wanted), among: catalogue.names)
        let near = names.flatMap { catalogue.named($0).map(\.key).sorted() }
        let hint =
            near.isEmpty
            ? ", and none has a name like it"
            : "; near: " + near.prefix(Self.mostNear).map(\.description).joined(separator: ", ")
        return APIError(.notFound, "no series matches \(match)\(hint)")
    }
}
