using System.Collections;
using Tessar.Training.Loading.Pipeline;

namespace Tessar.Training.Loading;

/// <summary>The batches of one epoch, or of the rest of one; read once.</summary>
/// <remarks>
/// Each batch is to be disposed of before as many are held as the loader has (<see cref="LoaderOptions.Ahead"/> + 2).
/// </remarks>
public sealed class LoaderEpoch : IEnumerable<LoadedBatch>, IEnumerator<LoadedBatch>
{
    private readonly BatchRing _ring;
    private long _delivered;
    private bool _isOver;
    private LoadedBatch _batch;

    internal LoaderEpoch(BatchRing ring, int epoch) => (_ring, Epoch) = (ring, epoch);

    /// <summary>Its number, from 0.</summary>
    public int Epoch { get; }

    /// <summary>The batch that <see cref="MoveNext"/> brought.</summary>
    public LoadedBatch Current => _batch;

    object IEnumerator.Current => Current;

    /// <summary>Waits for the next batch.</summary>
    /// <returns>False at the end of the epoch, or once it was left.</returns>
    /// <exception cref="TessarException">
    /// An example of this batch can't be read; names example, row, id, columns and file.
    /// </exception>
    /// <exception cref="InvalidOperationException">All batches of the loader are held.</exception>
    public bool MoveNext()
    {
        if (_isOver)
            return false;
        try
        {
            if (_ring.Next(_delivered) is { } slot)
            {
                _delivered++;
                _batch = new LoadedBatch(_ring, slot);
                return true;
            }
        }
        catch (TessarException)
        {
            _isOver = true;
            throw;
        }

        Dispose();
        return false;
    }

    /// <summary>These batches; they can be read only once.</summary>
    public LoaderEpoch GetEnumerator() => this;

    IEnumerator<LoadedBatch> IEnumerable<LoadedBatch>.GetEnumerator() => this;

    IEnumerator IEnumerable.GetEnumerator() => this;

    /// <summary>Not supported: ask the loader for the epoch again.</summary>
    public void Reset() => throw new NotSupportedException("An epoch is read once. Ask the loader for it again.");

    /// <summary>Leaves the epoch; batches being made are dropped.</summary>
    public void Dispose()
    {
        if (_isOver)
            return;
        _isOver = true;
        _ring.End();
    }
}
