using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tessar.Examples;

namespace Tessar.Training.Loading.Caching;

/// <summary>Holds the pages of an image column that the batches being made need, read by threads of its own as a schedule says.</summary>
/// <remarks>
/// Nobody waits in a circle: a read waits only for batches before the first that needs its page, and a batch only for its own
/// pages. A slot holds a page and what the images that begin in it have beyond, so that an image never lies in two.
/// Memory: the schedule's slots, outside of the managed heap.
/// </remarks>
internal sealed unsafe class PageCache : IDisposable
{
    private const int MostReaders = 12;

    private readonly PageSchedule schedule;
    private readonly SafeFileHandle file;
    private readonly StoreColumn column;
    private readonly int pageSize;
    private readonly long slotSize;
    private readonly byte* memory;
    private readonly bool[] isLoaded;
    private readonly bool[] isOver;
    private readonly Thread[] readers;
    private readonly object gate = new();
    private int nextRead;
    private int over;
    private bool isStopping;
    private Exception? failure;

    public PageCache(ExampleStore store, PageSchedule schedule, long batches)
    {
        (this.schedule, column, pageSize) = (schedule, store.ImageColumn, store.Manifest.Checksums.PageSize);
        file = File.OpenHandle(store.Path, options: FileOptions.RandomAccess);
        slotSize = (long)pageSize + column.Stride;
        memory = (byte*)NativeMemory.Alloc((nuint)schedule.Slots, (nuint)slotSize);
        isLoaded = new bool[schedule.Reads.Count == 0 ? 0 : schedule.Reads.Max(read => read.Page) + 1];
        isOver = new bool[batches];
        readers = [.. Enumerable.Range(0, Math.Min(MostReaders, schedule.Slots)).Select(number =>
            new Thread(Read) { IsBackground = true, Name = $"page reader {number}" })];
        foreach (Thread reader in readers)
            reader.Start();
    }

    /// <summary>The bytes of a row's image, once they are read; valid until the batch that needs them is over.</summary>
    /// <param name="row">Row of the store.</param>
    /// <exception cref="IOException">A page can't be read.</exception>
    /// <exception cref="OperationCanceledException">The epoch was left.</exception>
    public ReadOnlySpan<byte> Image(long row)
    {
        long start = column.Offset + (row * column.Stride);
        int page = (int)(start / pageSize);
        WaitFor(page);
        return new ReadOnlySpan<byte>(memory + (schedule.SlotOf(page) * slotSize) + (start % pageSize), column.Stride);
    }

    /// <summary>Tells that a batch is filled, so that pages that only it and earlier ones needed can go.</summary>
    public void Over(long batch)
    {
        lock (gate)
        {
            isOver[batch] = true;
            while (over < isOver.Length && isOver[over])
                over++;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Ends all waiting, by an error for who waits for a page.</summary>
    public void Stop()
    {
        lock (gate)
        {
            isStopping = true;
            Monitor.PulseAll(gate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        foreach (Thread reader in readers)
            reader.Join();
        file.Dispose();
        NativeMemory.Free(memory);
    }

    private void WaitFor(int page)
    {
        lock (gate)
        {
            while (!isLoaded[page])
            {
                if (failure is not null)
                    throw new IOException(failure.Message, failure);
                if (isStopping)
                    throw new OperationCanceledException("The epoch was left.");
                Monitor.Wait(gate);
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

            lock (gate)
            {
                failure ??= error;
                isLoaded[read.Page] = error is null;
                Monitor.PulseAll(gate);
            }
        }
    }

    // The next read of the schedule, once its slot is free.
    private PageRead? Take()
    {
        lock (gate)
        {
            if (nextRead == schedule.Reads.Count)
                return null;
            PageRead read = schedule.Reads[nextRead++];
            while (over <= read.After && !isStopping && failure is null)
                Monitor.Wait(gate);
            return isStopping || failure is not null ? null : read;
        }
    }

    private void ReadPage(PageRead read)
    {
        long start = (long)read.Page * pageSize;
        byte* target = memory + (read.Slot * slotSize);
        for (long done = 0; done < slotSize;)
        {
            int got = RandomAccess.Read(file, new Span<byte>(target + done, (int)Math.Min(slotSize - done, 1 << 30)), start + done);
            if (got == 0)
                return; // the file ends there
            done += got;
        }
    }
}
