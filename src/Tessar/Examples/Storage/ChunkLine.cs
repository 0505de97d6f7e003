namespace Tessar.Examples.Storage;

/// <summary>Has chunks encoded by several workers and hands them on in the order in which they came.</summary>
/// <param name="workers">Chunks encoded at a time; 1 = by the caller.</param>
/// <param name="write">Takes an encoded chunk; runs on the caller's thread.</param>
internal sealed class ChunkLine(int workers, Action<RowChunk> write) : IDisposable
{
    private readonly Queue<(RowChunk Chunk, Task Encoding)> _line = new();
    private readonly Stack<RowChunk> _free = new();

    /// <summary>A chunk that has been written and can be used again; null when none is free.</summary>
    public RowChunk? TakeFree() => _free.TryPop(out RowChunk? chunk) ? chunk : null;

    /// <summary>Takes the next chunk; waits while all workers are busy.</summary>
    /// <exception cref="ArgumentException">This or an earlier chunk has an image that can't be decoded.</exception>
    public void Add(RowChunk chunk)
    {
        if (workers == 1)
        {
            chunk.Encode();
            Write(chunk);
            return;
        }

        _line.Enqueue((chunk, Task.Run(chunk.Encode)));
        while (_line.Count > workers)
            WriteFirst();
    }

    /// <summary>Waits until all chunks have been written.</summary>
    /// <inheritdoc cref="Add"/>
    public void Finish()
    {
        while (_line.Count > 0)
            WriteFirst();
    }

    /// <summary>Waits for the workers; chunks that haven't been written are lost.</summary>
    public void Dispose()
    {
        // WaitAny, unlike Wait, says nothing of a failure: it belongs to rows that nobody wants any more.
        foreach ((_, Task encoding) in _line)
            Task.WaitAny(encoding);
        _line.Clear();
    }

    private void WriteFirst()
    {
        (RowChunk chunk, Task encoding) = _line.Dequeue();
        encoding.GetAwaiter().GetResult();
        Write(chunk);
    }

    private void Write(RowChunk chunk)
    {
        write(chunk);
        _free.Push(chunk);
    }
}
