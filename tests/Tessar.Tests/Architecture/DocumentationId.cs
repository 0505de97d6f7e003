using System.Reflection;

namespace Tessar.Tests.Architecture;

/// <summary>The identifiers by which documentation and the list of banned symbols name types and members.</summary>
internal static class DocumentationId
{
    private const BindingFlags Visible =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>All identifiers of an assembly: `T:`, `M:`, `P:`, `F:`, `E:`.</summary>
    public static IEnumerable<string> All(Assembly assembly)
    {
        foreach (Type type in assembly.GetTypes())
        {
            yield return "T:" + Name(type);
            foreach (MethodBase method in type.GetMethods(Visible).Concat<MethodBase>(type.GetConstructors(Visible)))
                yield return "M:" + Name(type) + "." + Name(method);
            foreach (PropertyInfo property in type.GetProperties(Visible))
                yield return "P:" + Name(type) + "." + property.Name + Parameters(property.GetIndexParameters());
            foreach (FieldInfo field in type.GetFields(Visible))
                yield return "F:" + Name(type) + "." + field.Name;
            foreach (EventInfo happening in type.GetEvents(Visible))
                yield return "E:" + Name(type) + "." + happening.Name;
        }
    }

    private static string Name(MethodBase method)
    {
        string name = method.IsConstructor ? (method.IsStatic ? "#cctor" : "#ctor") : method.Name;
        string arity = method.IsGenericMethod ? "``" + method.GetGenericArguments().Length : string.Empty;
        string result = method is MethodInfo { Name: "op_Implicit" or "op_Explicit" } conversion
            ? "~" + Reference(conversion.ReturnType)
            : string.Empty;
        return name + arity + Parameters(method.GetParameters()) + result;
    }

    private static string Parameters(ParameterInfo[] parameters) =>
        parameters.Length == 0
            ? string.Empty
            : $"({string.Join(',', parameters.Select(parameter => Reference(parameter.ParameterType)))})";

    private static string Name(Type type) => (type.FullName ?? type.Name).Replace('+', '.');

    // A type inside a signature: generic arguments in braces, parameters by position.
    private static string Reference(Type type)
    {
        if (type.IsByRef)
            return Reference(type.GetElementType()!) + "@";
        if (type.IsPointer)
            return Reference(type.GetElementType()!) + "*";
        if (type.IsArray)
            return Reference(type.GetElementType()!)
                + (type.GetArrayRank() == 1 ? "[]" : $"[{string.Join(',', Enumerable.Repeat("0:", type.GetArrayRank()))}]");
        if (type.IsGenericParameter)
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        if (!type.IsGenericType)
            return Name(type);
        // Nested generic types carry the arguments of their outer types first.
        Queue<Type> arguments = new(type.GetGenericArguments());
        IEnumerable<string> parts = Name(type.GetGenericTypeDefinition()).Split('.').Select(part =>
        {
            int tick = part.IndexOf('`', StringComparison.Ordinal);
            if (tick < 0)
                return part;
            int count = int.Parse(part[(tick + 1)..], System.Globalization.CultureInfo.InvariantCulture);
            return $"{part[..tick]}{{"
                + $"{string.Join(',', Enumerable.Range(0, count).Select(_ => Reference(arguments.Dequeue())))}}}";
        });
        return string.Join('.', parts);
    }
}
