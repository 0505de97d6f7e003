using Tessar.Examples.Importers.Columns;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>A NumPy array that is the value of one row.</summary>
internal static class NpyValue
{
    /// <summary>Reads it.</summary>
    /// <returns>The column it fits into, and its numbers in the store's type.</returns>
    /// <exception cref="FileFormatException">It isn't an array of numbers.</exception>
    public static (SourceColumn Column, ReadOnlyMemory<byte> Numbers) Read(byte[] file, WebSample sample, string field)
    {
        string name = $"{sample.Key}.{field}";
        using var stream = new MemoryStream(file);
        var header = NpyHeader.Read(stream, sample.Path, name);
        if (header.Unread is { } unread || (unread = header.Text is null ? null : "text") is not null)
            throw SourceFile.Refuse(sample.Path, sample.Offset, $"numbers in `{name}`", unread);
        if (header.DataOffset + header.DataBytes != file.Length)
            throw SourceFile.Refuse(
                sample.Path, sample.Offset, $"{header.DataBytes} bytes of numbers in `{name}`, by its shape",
                $"{file.Length - header.DataOffset}");
        ArraySource array = NpyArray.Of(
            header with { Shape = [1, .. header.Shape] }, sample.Path, field, sample.Offset,
            () => new MemoryStream(file, header.DataOffset, file.Length - header.DataOffset));
        using var table = new ArrayTable(null, [array]);
        return (array.Column, table.Rows([true]).Single().Cells[0].Bytes);
    }
}
