// The rows of a ridge, described by offsets into the series instead of stored.

/// The rows of a ridge: consecutive origins of a series, each column the series itself seen at an offset.
///
///     column[j] at origin e = (channel[j][e + offset[j]] - anchor[e]) * inverseScale[e]
///
/// so that no design matrix is ever stored. The anchor of an origin is its newest value: what comes is told from there.
public struct DesignPlan: Sendable, Hashable {
    /// A column: which channel (0: the filled series), how far from the origin.
    public struct Column: Sendable, Hashable {
        /// Index of the channel.
        public var channel: Int
        /// Bins from the origin.
        public var offset: Int

        /// A column.
        public init(channel: Int, offset: Int) {
            self.channel = channel
            self.offset = offset
        }
    }

    /// Bins of each channel; channel c begins at `c * stride` of the memory that the kernels are given.
    public var stride: Int
    /// Columns that every lead sees. A constant column follows them.
    public var common: [Column]
    /// Targets, one a lead.
    public var targets: [Column]
    /// `own[j][n]`: the j-th column that only lead n sees.
    public var own: [[Column]]

    /// A plan of columns.
    public init(stride: Int, common: [Column], targets: [Column], own: [[Column]]) {
        self.stride = stride
        self.common = common
        self.targets = targets
        self.own = own
    }

    /// Common columns, the constant included.
    public var width: Int { common.count + 1 }
    /// Columns in all: common, constant, targets, own.
    public var columns: Int { width + targets.count * (1 + own.count) }
}

extension DesignPlan {
    /// Numbers in the moments of a design.
    public var momentCount: Int { width * columns + targets.count * own.count * (own.count + 1) }

    /// All columns in the order of the moments, but for the constant after the common ones.
    public var allColumns: [Column] { common + targets + own.flatMap { $0 } }
}

/// The rows of a ridge in memory, while a kernel looks at them.
@unsafe public struct RidgeRows {
    /// Columns.
    public let design: DesignPlan
    /// `[channels][stride]`
    public let channels: UnsafePointer<Double>
    /// One over the scale of the window that ends at each bin.
    public let inverseScales: UnsafePointer<Double>
    /// Weight of the row of each origin.
    public let weights: UnsafePointer<Double>
    /// Origins.
    public let rows: Range<Int>
}
