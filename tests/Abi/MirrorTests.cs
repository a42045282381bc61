namespace ProcImage.Tests.Abi;

public class MirrorTests
{
    private static readonly string _abi = ReadAbi();

    [Fact]
    public void Every_structure_enum_and_constant_is_the_same_in_C_and_in_CSharp()
    {
        var faults = MirrorCheck.Run(_abi);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>Each a change to abi.h that somebody could make and forget here, and what must be said of it.</summary>
    [Theory]
    [InlineData("__s32 tgid;\n\t__s32 tid;", "__s32 tid;\n\t__s32 tgid;", "offset of thread_record.tid")]
    [InlineData("__u64 start_id; /* the life", "__u32 start_id; /* the life", "size of policy.start_id")]
    [InlineData("__u64 read_chars;", "", "field read_chars is missing in C")]
    [InlineData("__u64 read_chars;", "__u64 characters;", "field characters is missing in C#")]
    [InlineData("__u64 written_bytes;", "__u64 written_bytes;\n\t__u64 extra;", "size of resource_usage")]
    [InlineData("__u32 keytime_level;", "__u16 keytime_level;\n\t__u16 extra;", "field extra is missing in C#")]
    [InlineData("__s32 priority;", "__u32 priority;", "sign of thread_record.priority")]
    [InlineData("char comm[COMM_SIZE];\n};", "__u64 comm[2];\n};", "length of policy.comm")]
    [InlineData("struct histogram schedule;", "__u64 schedule[28];", "type of system_stats.schedule")]
    [InlineData("__u64 collect[IMAGES][POLICY_WORDS];", "__u64 collect[POLICY_WORDS][IMAGES];", "length of activity.collect")]
    [InlineData("LOSS_EVENT = 1,", "LOSS_EVENT = 7,", "value of LOSS_EVENT")]
    [InlineData("IMAGE_LOCK = 1,\n\tIMAGE_RESOURCE = 2,", "IMAGE_LOCK = 2,\n\tIMAGE_RESOURCE = 1,", "value of ImageSet.Lock")]
    [InlineData("POLICY_INCLUDE_SELF = 1,", "POLICY_INCLUDE_SELF = 1,\n\tPOLICY_OTHER = 64,", "member POLICY_OTHER is missing in C#")]
    [InlineData("RECORD_DEAD = 2,", "", "member RECORD_DEAD is missing in C")]
    [InlineData("TARGET_NONE = 0,", "", "member TARGET_NONE is missing in C")]
    [InlineData("#define ABI_VERSION ", "#define ABI_VERSION 1000 + ", "value of ABI_VERSION")]
    [InlineData("#define FIRST_BOUND_LOG2  11", "", "constant FIRST_BOUND_LOG2 is missing in C")]
    [InlineData("#define COMM_SIZE", "#define COMMS 3\n#define COMM_SIZE", "constant COMMS is missing in C#")]
    [InlineData("struct target_key {", "struct extra {\n\t__u32 x;\n};\nstruct target_key {", "struct extra is missing in C#")]
    [InlineData("struct target_key {", "struct target_id {", "struct target_key is missing in C")]
    [InlineData("enum loss {", "enum extra { EXTRA = 1 };\nenum loss {", "enum extra is missing in C#")]
    [InlineData("enum loss {", "enum lost {", "enum loss is missing in C")]
    public void A_planted_difference_is_found(string original, string planted, string fault)
    {
        Assert.Contains(original, _abi, StringComparison.Ordinal);
        var faults = MirrorCheck.Run(_abi.Replace(original, planted, StringComparison.Ordinal));
        Assert.Contains(faults, found => found.Contains(fault, StringComparison.Ordinal));
    }

    private static string ReadAbi()
    {
        using var stream = typeof(MirrorTests).Assembly.GetManifestResourceStream("abi.h")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
