using System.Buffers.Binary;
using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>The allocation table of a <c>.beton</c> file, sorted by place; only it knows the size of a JPEG.</summary>
internal sealed class BetonRegions
{
    private const int RegionBytes = 24;
    private readonly long[] _places;
    private readonly (ulong Sample, ulong Size)[] _regions;

    private BetonRegions(long[] places, (ulong Sample, ulong Size)[] regions) => (_places, _regions) = (places, regions);

    /// <summary>Reads the table, whose rows stand in any order.</summary>
    /// <param name="file">The file.</param>
    /// <param name="at">Where the table begins; it goes to the end.</param>
    /// <param name="dataStart">Where regions can begin.</param>
    /// <param name="samples">Number of samples.</param>
    /// <exception cref="FileFormatException">A region leaves the data, belongs to no sample, or overlaps another.</exception>
    public static BetonRegions Read(MappedFile file, long at, long dataStart, long samples)
    {
        int count = checked((int)((file.Length - at) / RegionBytes));
        long[] places = new long[count];
        var regions = new (ulong Sample, ulong Size)[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> row = file.Bytes(at + ((long)i * RegionBytes), RegionBytes);
            ulong sample = BinaryPrimitives.ReadUInt64LittleEndian(row), place =
                BinaryPrimitives.ReadUInt64LittleEndian(row[8..]);
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(row[16..]);
            if (sample >= (ulong)samples || place < (ulong)dataStart || size > (ulong)at || place > (ulong)at - size)
            {
                throw SourceFile.Refuse(
                    file.Path, at + ((long)i * RegionBytes),
                    $"a region of one of {samples} samples between bytes {dataStart} and {at}",
                    $"sample {sample}, {size} bytes from byte {place}");
            }

            (places[i], regions[i]) = ((long)place, (sample, size));
        }

        Array.Sort(places, regions);
        for (int i = 1; i < count; i++)
        {
            if (places[i] < places[i - 1] + (long)regions[i - 1].Size)
                throw SourceFile.Refuse(
                    file.Path, places[i], "regions that don't overlap",
                    $"one that begins within the {regions[i - 1].Size} bytes from byte {places[i - 1]}");
        }

        return new BetonRegions(places, regions);
    }

    /// <summary>Size of the region of a sample that begins at a place; null when there is none.</summary>
    public ulong? SizeAt(long place, long sample)
    {
        int found = Array.BinarySearch(_places, place);

        // An empty region can share its place with the next one.
        while (found > 0 && _places[found - 1] == place)
            found--;
        for (; found >= 0 && found < _places.Length && _places[found] == place; found++)
        {
            if (_regions[found].Sample == (ulong)sample)
                return _regions[found].Size;
        }

        return null;
    }
}
