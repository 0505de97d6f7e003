using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>Makes rows of NumPy arrays, whatever their order.</summary>
internal static class NpyArray
{
    /// <summary>An array of a <c>.npy</c> file; or what it holds, when that can't be stored.</summary>
    /// <exception cref="FileFormatException">The file is damaged, or its length isn't what its header says.</exception>
    public static (ArraySource? Array, UnreadColumn? Unread) OfFile(string path, string name)
    {
        using FileStream file = SourceFile.Open(path);
        var header = NpyHeader.Read(file, path, name);
        if (header.Unread is { } unread)
            return (null, new UnreadColumn(name, unread));
        if (header.DataOffset + header.DataBytes != file.Length)
            throw SourceFile.Refuse(
                path, header.DataOffset, $"{header.DataBytes} bytes of numbers, by its shape",
                $"{file.Length - header.DataOffset}");
        return (Of(header, path, name, header.DataOffset, () =>
        {
            FileStream data = SourceFile.Open(path);
            data.Position = header.DataOffset;
            return data;
        }), null);
    }

    /// <summary>An array whose header has been read.</summary>
    /// <param name="header">The header.</param>
    /// <param name="path">The file.</param>
    /// <param name="name">The array.</param>
    /// <param name="offset">Where the numbers begin in the file, or null.</param>
    /// <param name="open">Opens the numbers.</param>
    public static ArraySource Of(NpyHeader header, string path, string name, long? offset, Func<Stream> open)
    {
        // In memory the whole array, because the first index, which counts the rows, runs fastest.
        bool isTurned = header.IsFortran && header.Shape.Count(size => size > 1) > 1;
        if (isTurned && header.DataBytes > Array.MaxLength)
        {
            throw SourceFile.Refuse(
                path, offset, $"`{name}` in C order, or in Fortran order with at most {Array.MaxLength} bytes",
                $"{header.DataBytes} bytes in Fortran order");
        }

        var array = new ArraySource(path, name, header.Type, header.IsBigEndian, header.Shape, isTurned ? null : offset, open)
        {
            Text = header.Text
        };
        return isTurned ? array with { Open = () => new MemoryStream(Turn(array, open)) } : array;
    }

    /// <summary>target[i_0, …, i_k] in C order from Fortran order, where i_0 runs fastest.</summary>
    private static byte[] Turn(ArraySource array, Func<Stream> open)
    {
        int size = Numbers.SizeOf(array.Type);
        byte[] source = new byte[checked((int)(array.Count * array.RowBytes))], target = new byte[source.Length];
        using (Stream stream = open())
        {
            int read = stream.ReadAtLeast(source, source.Length, throwOnEndOfStream: false);
            if (read < source.Length)
                throw SourceFile.Refuse(array.Path, null, $"{source.Length} bytes of `{array.Name}`", $"{read}");
        }

        int[] index = new int[array.Shape.Count];
        long[] strides = new long[index.Length];
        strides[^1] = 1;
        for (int d = index.Length - 2; d >= 0; d--)
            strides[d] = strides[d + 1] * array.Shape[d + 1];
        long at = 0;
        for (int from = 0; from < source.Length; from += size)
        {
            source.AsSpan(from, size).CopyTo(target.AsSpan((int)at * size));
            for (int d = 0; d < index.Length; d++)
            {
                at += strides[d];
                if (++index[d] < array.Shape[d])
                    break;
                at -= strides[d] * array.Shape[d];
                index[d] = 0;
            }
        }

        return target;
    }
}
