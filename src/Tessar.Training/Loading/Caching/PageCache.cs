using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tessar.Examples;

namespace Tessar.Training.Loading.Caching;

/// <summary>
/// Holds the pages of a column that the batches being made need, read by threads of its own as a schedule says.
/// </summary>
/// <remarks>
/// Nobody waits in a circle: a read waits only for batches before the first that needs its page, and a batch only for its own
/// pages. A slot holds a page and what the rows that begin in it have beyond, so that a row never lies in two.
/// Memory: the schedule's slots, outside of the managed heap.
/// </remarks>
internal sealed unsafe class PageCache : IDisposable
{
    private const int MostReaders = 12;

    private readonly PageSchedule _schedule;
    private readonly SafeFileHandle _file;
    private readonly StoreColumn _column;
    private readonly int _pageSize;
    private readonly long _slotSize;
    private readonly byte* _memory;
    private readonly bool[] _isLoaded;
    private readonly bool[] _isOver;
    private readonly Thread[] _readers;
    private readonly object _gate = new();
    private int _nextRead;
    private int _over;
    private bool _isStopping;
    private Exception? _failure;

    public PageCache(ExampleStore store, StoreColumn column, PageSchedule schedule, long batches)
    {
        (_schedule, _column, _pageSize) = (schedule, column, store.Manifest.Checksums.PageSize);
        _file = File.OpenHandle(store.Path, options: FileOptions.RandomAccess);
        _slotSize = (long)_pageSize + _column.Stride;
        _memory = (byte*)NativeMemory.Alloc((nuint)schedule.Slots, (nuint)_slotSize);
        _isLoaded = new bool[schedule.Reads.Count == 0 ? 0 : schedule.Reads.Max(read => read.Page) + 1];
        _isOver = new bool[batches];
        _readers = [.. Enumerable.Range(0, Math.Min(MostReaders, schedule.Slots)).Select(number =>
            new Thread(Read) { IsBackground = true, Name = $"page reader {number}" })];
        foreach (Thread reader in _readers)
            reader.Start();
    }

    /// <summary>The bytes of a row, once they are read; valid until the batch that needs them is over.</summary>
    /// <param name="row">Row of the store.</param>
    /// <exception cref="IOException">A page can't be read.</exception>
    /// <exception cref="OperationCanceledException">The epoch was left.</exception>
    public ReadOnlySpan<byte> Bytes(long row)
    {
        long start = _column.Offset + (row * _column.Stride);
        int page = (int)(start / _pageSize);
        WaitFor(page);
        return new ReadOnlySpan<byte>(_memory + (_schedule.SlotOf(page) * _slotSize) + (start % _pageSize), _column.Stride);
    }

    /// <summary>Tells that a batch is filled, so that pages that only it and earlier ones needed can go.</summary>
    public void Over(long batch)
    {
        lock (_gate)
        {
            _isOver[batch] = true;
            while (_over < _isOver.Length && _isOver[_over])
                _over++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Ends all waiting, by an error for who waits for a page.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        foreach (Thread reader in _readers)
            reader.Join();
        _file.Dispose();
        NativeMemory.Free(_memory);
    }

    private void WaitFor(int page)
    {
        lock (_gate)
        {
            while (!_isLoaded[page])
            {
                if (_failure is not null)
                    throw new IOException(_failure.Message, _failure);
                if (_isStopping)
                    throw new OperationCanceledException("The epoch was left.");
                Monitor.Wait(_gate);
            }
        }
    }

    private void Read()
    {
        while (Take() is { } read)
        {
            Exception? error = null;
            try
            {
                ReadPage(read);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                error = e;
            }

            lock (_gate)
            {
                _failure ??= error;
                _isLoaded[read.Page] = error is null;
                Monitor.PulseAll(_gate);
            }
        }
    }

    // The next read of the schedule, once its slot is free.
    private PageRead? Take()
    {
        lock (_gate)
        {
            if (_nextRead == _schedule.Reads.Count)
                return null;
            PageRead read = _schedule.Reads[_nextRead++];
            while (_over <= read.After && !_isStopping && _failure is null)
                Monitor.Wait(_gate);
            return _isStopping || _failure is not null ? null : read;
        }
    }

    private void ReadPage(PageRead read)
    {
        long start = (long)read.Page * _pageSize;
        byte* target = _memory + (read.Slot * _slotSize);
        for (long done = 0; done < _slotSize;)
        {
            int got = RandomAccess.Read(
                _file, new Span<byte>(target + done, (int)Math.Min(_slotSize - done, 1 << 30)), start + done);
            if (got == 0)
                return; // the file ends there
            done += got;
        }
    }
}
