using System.Reflection;
using System.Reflection.Emit;

namespace Tessar.Tests.Architecture;

/// <summary>
/// What the code of an assembly uses: for each type, the members and types its signatures, attributes and instructions name.
/// </summary>
internal sealed class CodeReferences
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> _instructions =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>
    /// Every (user, used) pair of the assembly. `User` is the outermost type, so lambdas count as the type they stand in.
    /// </summary>
    public static IEnumerable<(Type User, MemberInfo Used)> Of(Assembly assembly) =>
        assembly.GetTypes().SelectMany(type => UsedBy(type).Select(used => (Outermost(type), used))).Distinct();

    /// <summary>The type a member belongs to, or the type itself; generic arguments are listed as pairs of their own.</summary>
    public static Type TypeOf(MemberInfo member) => member as Type ?? member.DeclaringType ?? typeof(object);

    private static IEnumerable<MemberInfo> UsedBy(Type type)
    {
        IEnumerable<Type> declared = type.GetInterfaces().Append(type.BaseType ?? typeof(object))
            .Concat(type.GetFields(Everything).Select(field => field.FieldType))
            .Concat(type.GetProperties(Everything).Select(property => property.PropertyType))
            .Concat(type.CustomAttributes.Select(attribute => attribute.AttributeType));
        IEnumerable<MethodBase> methods = type.GetMethods(Everything).Concat<MethodBase>(type.GetConstructors(Everything));
        return declared.SelectMany(Parts).Concat(methods.SelectMany(UsedBy));
    }

    private static IEnumerable<MemberInfo> UsedBy(MethodBase method)
    {
        IEnumerable<Type> signature = method.GetParameters().Select(parameter => parameter.ParameterType)
            .Append((method as MethodInfo)?.ReturnType ?? typeof(void))
            .Concat(method.CustomAttributes.Select(attribute => attribute.AttributeType));
        if (method.GetMethodBody() is not { } body)
            return signature.SelectMany(Parts);
        Type[]? typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        IEnumerable<MemberInfo> called = Tokens(body.GetILAsByteArray()!)
            .Select(token => method.Module.ResolveMember(token, typeArguments, methodArguments)!)
            .SelectMany(member => member is Type type
                ? Parts(type)
                : new[] { member }.Concat(Parts(TypeOf(member)))
                .Concat(member is MethodInfo { IsGenericMethod: true } generic
                ? generic.GetGenericArguments().SelectMany(Parts)
                : []));
        return signature.Concat(body.LocalVariables.Select(local => local.LocalType)).SelectMany(Parts).Concat(called);
    }

    // The metadata tokens of an instruction stream that name a member or a type.
    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (int at = 0; at < code.Length;)
        {
            OpCode instruction = _instructions[code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at]];
            at += instruction.Size;
            switch (instruction.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    yield return BitConverter.ToInt32(code, at);
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + (4 * BitConverter.ToInt32(code, at));
                    break;
                default:
                    at += OperandSize(instruction.OperandType);
                    break;
            }
        }
    }

    private static int OperandSize(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    // A type and what it is made of: List<Tensor[]> is List<>, Tensor.
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
            return Parts(type.GetElementType()!);
        if (type.IsGenericParameter || type.IsFunctionPointer)
            return [];
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
    }

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
