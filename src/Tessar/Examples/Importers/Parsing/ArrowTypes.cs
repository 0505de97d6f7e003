using Apache.Arrow.Types;
using Tessar.Examples.Importers.Columns;
using NumberType = Tessar.Examples.Importers.Columns.NumberType;

namespace Tessar.Examples.Importers.Parsing;

/// <summary>What Arrow's types become.</summary>
internal static class ArrowTypes
{
    /// <summary>Text or bytes; null for anything else.</summary>
    public static CellKind? KindOf(IArrowType type) => type.TypeId switch
    {
        ArrowTypeId.String or ArrowTypeId.LargeString or ArrowTypeId.StringView => CellKind.Text,
        ArrowTypeId.Binary or ArrowTypeId.LargeBinary or ArrowTypeId.BinaryView => CellKind.Bytes,
        _ => null,
    };

    /// <summary>A type of numbers; null for anything else.</summary>
    public static NumberType? NumbersOf(IArrowType type) => type.TypeId switch
    {
        ArrowTypeId.Boolean => NumberType.Bool,
        ArrowTypeId.UInt8 => NumberType.U8,
        ArrowTypeId.Int8 => NumberType.I8,
        ArrowTypeId.UInt16 => NumberType.U16,
        ArrowTypeId.Int16 => NumberType.I16,
        ArrowTypeId.UInt32 => NumberType.U32,
        ArrowTypeId.Int32 => NumberType.I32,
        ArrowTypeId.UInt64 => NumberType.U64,
        ArrowTypeId.Int64 => NumberType.I64,
        ArrowTypeId.HalfFloat => NumberType.F16,
        ArrowTypeId.Float => NumberType.F32,
        ArrowTypeId.Double => NumberType.F64,
        _ => null,
    };

    /// <summary>The numbers of a list whose length each row tells; null for anything else.</summary>
    public static NumberType? ListOf(IArrowType type) => type switch
    {
        ListType list => NumbersOf(list.ValueDataType),
        LargeListType list => NumbersOf(list.ValueDataType),
        _ => null,
    };

    /// <summary>What a type is called that isn't read.</summary>
    public static string Describe(IArrowType type) => type switch
    {
        TimestampType or Date32Type or Date64Type or TimeBasedType or DurationType or IntervalType => "times",
        Decimal32Type or Decimal64Type or Decimal128Type or Decimal256Type => "decimals",
        ListType or LargeListType when ListOf(type) is not null => "lists of varying length",
        ListType or LargeListType or FixedSizeListType => "nested lists",
        StructType => "structures",
        DictionaryType => "a dictionary of something else than numbers, text and bytes",
        MapType => "maps",
        UnionType => "unions",
        NullType => "nothing",
        FixedSizeBinaryType => "bytes of one length",
        _ => $"the type {type.Name}",
    };
}
