/* Walks over a struct, as in struct/walk.py: flatten and build, for records, lists, tuples and dicts without a call. */
#include "native.h"

enum { LARGE = 4096 }; /* nodes; what has more, or waiting, may go round, and is walked with a look at that */

/* References, as many as come. */
typedef struct {
    PyObject **items;
    Py_ssize_t size, room;
} Stack;

static int push(Stack *s, PyObject *x) /* takes x */
{
    if (x == NULL)
        return -1;
    if (s->size == s->room) {
        Py_ssize_t room = s->room ? 2 * s->room : 64;
        PyObject **items = PyMem_Resize(s->items, PyObject *, room);
        if (items == NULL) {
            Py_DECREF(x);
            PyErr_NoMemory();
            return -1;
        }
        s->items = items;
        s->room = room;
    }
    s->items[s->size++] = x;
    return 0;
}

static void drop(Stack *s)
{
    while (s->size)
        Py_DECREF(s->items[--s->size]);
    PyMem_Free(s->items);
}

/* How containers of a kind are opened and closed without a call: the names of a record's fields; the class list, tuple
   or dict; or anything else, for not at all. NULL for an error; borrowed from the kind, which is frozen. */
static PyObject *form_of(PyObject *kind)
{
    PyObject *form = PyObject_GetAttr(kind, python.form);
    Py_XDECREF(form);
    return form;
}

/* The kind of a value, None for a leaf: a new reference. */
static inline PyObject *kind_of(PyObject *x)
{
    if (PyFloat_CheckExact(x) || is_float_array(x))
        return Py_NewRef(Py_None);
    if (PyArray_CheckExact(x))
        return PyObject_CallOneArg(python.kind_of, x);
    return PyObject_CallOneArg(python.class_kind, (PyObject *)Py_TYPE(x));
}

static PyObject *record_children(PyObject *x, PyObject *names)
{
    Py_ssize_t n = PyTuple_GET_SIZE(names);
    PyObject *children = PyTuple_New(n);
    for (Py_ssize_t i = 0; children != NULL && i < n; i++) {
        PyObject *child = PyObject_GetAttr(x, PyTuple_GET_ITEM(names, i));
        if (child == NULL) {
            Py_CLEAR(children);
            break;
        }
        PyTuple_SET_ITEM(children, i, child);
    }
    return children;
}

/* The children of a container: a list or tuple. */
static PyObject *children_of(PyObject *x, PyObject *kind)
{
    PyObject *form = form_of(kind), *children;
    if (form == NULL)
        return NULL;
    if (form == (PyObject *)Py_TYPE(x))
        return PyDict_CheckExact(x) ? PyDict_Values(x) : Py_NewRef(x);
    if (PyTuple_CheckExact(form)) {
        children = record_children(x, form);
        if (children != NULL || !PyErr_ExceptionMatches(PyExc_AttributeError))
            return children;
        PyErr_Clear(); /* a field that was never set */
    }
    PyObject *open = PyObject_GetAttr(kind, python.open);
    PyObject *given = open == NULL ? NULL : PyObject_CallOneArg(open, x);
    Py_XDECREF(open);
    children = given == NULL ? NULL : PySequence_Fast(given, "a container opens to a sequence");
    Py_XDECREF(given);
    return children;
}

/* flatten(x): (leaves, nodes), or None for a struct so large that it may go round. */
PyObject *flatten(PyObject *module, PyObject *x)
{
    Stack stack = {0};
    PyObject *leaves = PyList_New(0), *nodes = PyList_New(0), *found = NULL;
    if (leaves == NULL || nodes == NULL || push(&stack, Py_NewRef(x)) < 0)
        goto done;
    while (stack.size) {
        PyObject *value = stack.items[--stack.size], *kind = kind_of(value);
        int failed = kind == NULL;
        if (kind == Py_None)
            failed = PyList_Append(leaves, value) < 0 || PyList_Append(nodes, Py_None) < 0;
        else if (kind != NULL) {
            PyObject *children = children_of(value, kind), *node = NULL;
            Py_ssize_t n = children == NULL ? 0 : PySequence_Fast_GET_SIZE(children);
            failed = children == NULL || (node = Py_BuildValue("(OOn)", kind, value, n)) == NULL ||
                     PyList_Append(nodes, node) < 0;
            for (Py_ssize_t i = n; !failed && i-- > 0;)
                failed = push(&stack, Py_NewRef(PySequence_Fast_GET_ITEM(children, i))) < 0;
            Py_XDECREF(node);
            Py_XDECREF(children);
        }
        Py_XDECREF(kind);
        Py_DECREF(value);
        if (failed)
            goto done;
        if (stack.size > LARGE || (stack.size && PyList_GET_SIZE(nodes) > LARGE)) {
            found = Py_NewRef(Py_None);
            goto done;
        }
    }
    found = PyTuple_Pack(2, leaves, nodes);
done:
    drop(&stack);
    Py_XDECREF(leaves);
    Py_XDECREF(nodes);
    return found;
}

/* A record with these children, in the dict of a new object of the class: no __init__ runs. */
static PyObject *closed_record(PyObject *original, PyObject *names, PyObject **children)
{
    PyObject *made = PyObject_CallOneArg(python.make, (PyObject *)Py_TYPE(original));
    PyObject *fields = made == NULL ? NULL : PyObject_GenericGetDict(made, NULL);
    int failed = fields == NULL;
    for (Py_ssize_t i = 0, n = PyTuple_GET_SIZE(names); !failed && i < n; i++)
        failed = PyDict_SetItem(fields, PyTuple_GET_ITEM(names, i), children[i]) < 0;
    Py_XDECREF(fields);
    if (failed)
        Py_CLEAR(made);
    return made;
}

static PyObject *closed_dict(PyObject *original, PyObject **children, Py_ssize_t n)
{
    PyObject *made = PyDict_New(), *key, *value;
    Py_ssize_t at = 0, i = 0;
    while (made != NULL && i < n && PyDict_Next(original, &at, &key, &value))
        if (PyDict_SetItem(made, key, children[i++]) < 0)
            Py_CLEAR(made);
    return made;
}

static PyObject *closed_sequence(int tuple, PyObject **children, Py_ssize_t n)
{
    PyObject *made = tuple ? PyTuple_New(n) : PyList_New(n);
    for (Py_ssize_t i = 0; made != NULL && i < n; i++) {
        if (tuple)
            PyTuple_SET_ITEM(made, i, Py_NewRef(children[i]));
        else
            PyList_SET_ITEM(made, i, Py_NewRef(children[i]));
    }
    return made;
}

/* A container like the original. children: in order. */
static PyObject *closed(PyObject *kind, PyObject *original, PyObject **children, Py_ssize_t n)
{
    PyObject *form = form_of(kind), *made = NULL;
    if (form == NULL)
        return NULL;
    if (form == (PyObject *)Py_TYPE(original) && !PyDict_CheckExact(original))
        return closed_sequence(PyTuple_CheckExact(original), children, n);
    if (form == (PyObject *)Py_TYPE(original) && PyDict_GET_SIZE(original) == n)
        return closed_dict(original, children, n);
    if (PyTuple_CheckExact(form) && PyTuple_GET_SIZE(form) == n)
        return closed_record(original, form, children);
    PyObject *close = PyObject_GetAttr(kind, python.close), *given = closed_sequence(0, children, n);
    if (close != NULL && given != NULL)
        made = PyObject_CallFunctionObjArgs(close, original, given, NULL);
    Py_XDECREF(close);
    Py_XDECREF(given);
    return made;
}

PyObject *build_struct(PyObject *nodes, PyObject *leaves)
{
    PyObject *made = NULL;
    Stack built = {0}; /* the last child on the bottom of its parent's: in reverse */
    Py_ssize_t i = PyList_GET_SIZE(leaves);
    for (Py_ssize_t k = PyList_GET_SIZE(nodes); k-- > 0;) {
        PyObject *node = PyList_GET_ITEM(nodes, k), *x;
        if (node == Py_None) {
            if (i == 0) {
                PyErr_SetString(PyExc_ValueError, "fewer leaves than the struct has");
                goto done;
            }
            x = Py_NewRef(PyList_GET_ITEM(leaves, --i));
        } else {
            Py_ssize_t n = PyLong_AsSsize_t(PyTuple_GET_ITEM(node, 2));
            if (n < 0 || n > built.size) {
                PyErr_SetString(PyExc_ValueError, "fewer leaves than the struct has");
                goto done;
            }
            PyObject **top = built.items + built.size - n;
            for (Py_ssize_t a = 0, b = n - 1; a < b; a++, b--) { /* into their order */
                PyObject *swapped = top[a];
                top[a] = top[b];
                top[b] = swapped;
            }
            x = closed(PyTuple_GET_ITEM(node, 0), PyTuple_GET_ITEM(node, 1), top, n);
            while (n-- > 0)
                Py_DECREF(built.items[--built.size]);
        }
        if (push(&built, x) < 0)
            goto done;
    }
    if (built.size == 1 && i == 0)
        made = built.items[--built.size];
    else
        PyErr_SetString(PyExc_ValueError, "more leaves than the struct has");
done:
    drop(&built);
    return made;
}

/* build(nodes, leaves): the struct with these leaves in place of the flattened ones. */
PyObject *build(PyObject *module, PyObject *args)
{
    PyObject *nodes, *leaves;
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &nodes, &PyList_Type, &leaves))
        return NULL;
    return build_struct(nodes, leaves);
}

/* Whether two nodes are of the same class, length and keys; -1 for an error. */
static int same_node(PyObject *node, PyObject *other)
{
    if (node == Py_None || other == Py_None)
        return node == other;
    PyObject *kind = PyTuple_GET_ITEM(node, 0), *a = PyTuple_GET_ITEM(node, 1), *b = PyTuple_GET_ITEM(other, 1);
    if (a == b)
        return 1;
    Py_ssize_t n = PyLong_AsSsize_t(PyTuple_GET_ITEM(node, 2)), m = PyLong_AsSsize_t(PyTuple_GET_ITEM(other, 2));
    if (!Py_IS_TYPE(a, Py_TYPE(b)) || n != m)
        return 0;
    PyObject *form = form_of(kind);
    if (form == NULL)
        return -1;
    if (form == (PyObject *)Py_TYPE(a) && !PyDict_CheckExact(a))
        return 1;
    if (PyTuple_CheckExact(form) && PyTuple_GET_SIZE(form) == n)
        return 1; /* every field is there, in both */
    PyObject *matches = PyObject_GetAttr(kind, python.matches);
    PyObject *answer = matches == NULL ? NULL : PyObject_CallFunctionObjArgs(matches, a, b, NULL);
    int same = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(matches);
    Py_XDECREF(answer);
    return same;
}

int are_alike(PyObject *nodes, PyObject *others)
{
    int same = PyList_GET_SIZE(nodes) == PyList_GET_SIZE(others);
    for (Py_ssize_t i = 0; same > 0 && i < PyList_GET_SIZE(nodes) && i < PyList_GET_SIZE(others); i++)
        same = same_node(PyList_GET_ITEM(nodes, i), PyList_GET_ITEM(others, i));
    return same;
}

/* same_structure(nodes, others): whether two flattened structs have the same classes, lengths and keys. */
PyObject *same_structure(PyObject *module, PyObject *args)
{
    PyObject *nodes, *others;
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &nodes, &PyList_Type, &others))
        return NULL;
    int same = are_alike(nodes, others);
    return same < 0 ? NULL : PyBool_FromLong(same);
}
