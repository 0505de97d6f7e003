using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Tessar.Runs;

namespace Tessar.Tests;

public sealed class ArrowMessageTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    public void A_schema_that_a_parser_can_follow_is_sound(int nesting)
    {
        byte[] metadata = SchemaOf(Nested(nesting));
        Assert.True(IsSound(metadata));
        Assert.Equal((ArrowMessage.Schema, 0L), ArrowMessage.Check(metadata));
    }

    [Fact]
    public void A_schema_that_is_nested_too_deeply_is_not() => Assert.False(IsSound(SchemaOf(Nested(40))));

    [Fact]
    public void A_field_that_is_its_own_child_is_not_sound()
    {
        byte[] metadata = SchemaOf(Nested(1));
        int found = 0;
        for (int place = 0; place + 4 <= metadata.Length; place += 4)
        {
            // Wherever a place is turned back on its neighbourhood, the walk has to end; somewhere it makes a cycle.
            for (int back = 4; back <= Math.Min(place, 120); back += 4)
            {
                byte[] damaged = [.. metadata];
                BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(place), -back);
                found += IsSound(damaged) ? 0 : 1;
            }
        }

        Assert.True(found > 0);
    }

    [Fact]
    public void A_schema_whose_children_multiply_without_end_is_given_up()
    {
        // Two children that both are their parent's list of children: 2³² fields after 32 levels, were they all visited.
        byte[] metadata = SchemaOf(new StructType([Leaf("a"), Leaf("b")]));
        for (int place = 0; place + 4 <= metadata.Length; place += 4)
        {
            for (int other = place + 4; other <= Math.Min(place + 64, metadata.Length - 4); other += 4)
            {
                byte[] damaged = [.. metadata];
                BinaryPrimitives.WriteUInt32LittleEndian(damaged.AsSpan(place), 0);
                BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(other), place - other);
                _ = IsSound(damaged); // ends
            }
        }
    }

    [Fact]
    public void Any_bytes_are_looked_at_without_reading_beyond_them()
    {
        byte[] metadata = SchemaOf(Nested(2));
        for (int length = 0; length < metadata.Length; length++)
            _ = IsSound(metadata[..length]);
        for (int i = 0; i < metadata.Length; i++)
        {
            foreach (byte value in (byte[])[0, 1, 0x7F, 0x80, 0xFF])
            {
                byte[] damaged = [.. metadata];
                damaged[i] = value;
                _ = IsSound(damaged);
            }
        }
    }

    private static bool IsSound(byte[] metadata)
    {
        try
        {
            ArrowMessage.Check(metadata);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static Field Leaf(string name) => new(name, Int64Type.Default, nullable: true);

    private static IArrowType Nested(int levels) =>
        levels == 0 ? Int64Type.Default : new StructType([new Field("inner", Nested(levels - 1), nullable: true)]);

    /// <summary>The metadata of a stream's first message.</summary>
    private static byte[] SchemaOf(IArrowType type)
    {
        using var stream = new MemoryStream();
        using (var writer = new ArrowStreamWriter(
            stream, new Schema([new Field("column", type, nullable: true)], null), leaveOpen: true))
            writer.WriteStart();
        byte[] bytes = stream.ToArray();
        return bytes[8..(8 + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)))];
    }
}
