using System.Collections;

namespace Tessar.Examples;

/// <summary>Successive examples cut into batches of one size; the last may be smaller.</summary>
/// <remarks>Going through it allocates one array of the batch's size, whose content changes from batch to batch.</remarks>
internal readonly struct ExampleBatches : IEnumerable<ExampleBatch>
{
    private readonly int _first;
    private readonly int _count;
    private readonly int _size;
    private readonly int[]? _chosen;

    /// <summary>Cuts successive numbers.</summary>
    /// <param name="first">The first, ≥ 0.</param>
    /// <param name="count">How many; none gives no batch.</param>
    /// <param name="size">Examples per batch, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1, or a number negative.</exception>
    public ExampleBatches(int first, int count, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (size < 1)
            throw new ArgumentOutOfRangeException(nameof(size), size, "A batch holds at least 1 example.");
        (_first, _count, _size) = (first, count, size);
    }

    /// <summary>Cuts chosen examples, in their order.</summary>
    /// <param name="chosen">Their numbers; kept, not copied.</param>
    /// <param name="size">Examples per batch, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public ExampleBatches(int[] chosen, int size)
        : this(0, chosen.Length, size) => _chosen = chosen;

    /// <summary>How many batches there are.</summary>
    public int Count => _size == 0 ? 0 : (int)((_count + (long)_size - 1) / _size);

    /// <summary>Goes through them.</summary>
    public Enumerator GetEnumerator() => new(_first, _count, _size, _chosen);

    IEnumerator<ExampleBatch> IEnumerable<ExampleBatch>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Where one stands in the batches.</summary>
    public struct Enumerator : IEnumerator<ExampleBatch>
    {
        private readonly int _first;
        private readonly int _count;
        private readonly int[]? _chosen;
        private readonly int[] _room;
        private int _done;

        internal Enumerator(int first, int count, int size, int[]? chosen)
        {
            (_first, _count, _chosen) = (first, count, chosen);
            _room = new int[Math.Min(size, count)];
        }

        /// <inheritdoc/>
        public ExampleBatch Current { get; private set; }

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            int count = Math.Min(_room.Length, _count - _done);
            if (count == 0)
                return false;
            for (int i = 0; i < count; i++)
                _room[i] = _chosen is null ? _first + _done + i : _chosen[_done + i];
            Current = new ExampleBatch(_first + _done, count, _room);
            _done += count;
            return true;
        }

        /// <inheritdoc/>
        public void Reset() => _done = 0;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}

/// <summary>Some successive examples of a set, or of a choice from one.</summary>
internal readonly struct ExampleBatch
{
    private readonly int[] _room;

    internal ExampleBatch(int first, int count, int[] room) => (First, Count, _room) = (first, count, room);

    /// <summary>Place of the first: its number in the set, or where it stands in the choice.</summary>
    public int First { get; }

    /// <summary>How many there are, at least 1.</summary>
    public int Count { get; }

    /// <summary>The place after the last.</summary>
    public int End => First + Count;

    /// <summary>Their numbers in the set; valid until the next batch.</summary>
    public ReadOnlySpan<int> Indices => _room.AsSpan(0, Count);

    /// <summary>First and count.</summary>
    public void Deconstruct(out int first, out int count) => (first, count) = (First, Count);
}
