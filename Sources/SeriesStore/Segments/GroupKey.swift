// Series and grids are handled in groups of 128 contiguous ids: what is sealed together shares time columns, and its
// rows lie on the same pages. Bins of a tier have groups of their own, one for each step.

/// A group of owners that are sealed together.
struct GroupKey: Hashable, Sendable {
    let kind: SegmentKind
    let group: Int64

    static let size: Int64 = 128

    init(kind: SegmentKind, group: Int64) {
        self.kind = kind
        self.group = group
    }

    init(series: SeriesID) { self.init(kind: .samples, group: series / Self.size) }
    init(grid: GridID) { self.init(kind: .record, group: grid / Self.size) }

    /// The ids of its owners, for people; of a tier, see `tieredSamples`.
    var owners: String { "\(group * Self.size) to \((group + 1) * Self.size - 1)" }
}

extension GroupKey {
    private static let stepBits = StoreOptions.Tier.stepBits

    /// The tier of a step, for the group of a series: `series / 128 << 24 | step`.
    init(tier stepSeconds: Int64, series: SeriesID) {
        self.init(kind: .tier, group: series / Self.size << Self.stepBits | stepSeconds)
    }

    /// The step of the tier whose bins this group holds.
    var tierStep: Int64 { group & (1 << Self.stepBits - 1) }

    /// The group of the series whose bins this group holds.
    var tieredSamples: GroupKey { GroupKey(kind: .samples, group: group >> Self.stepBits) }
}
